"""openpyxl, read-only: reads every cell. No check, no answer."""

import openpyxl

import common

source, _ = common.arguments()
book = openpyxl.load_workbook(source, read_only=True)
rows = cells = 0
for row in book.worksheets[0].iter_rows(values_only=True):
    rows += 1
    cells += sum(value is not None for value in row)
print(rows, cells)

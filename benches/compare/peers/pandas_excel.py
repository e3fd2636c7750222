"""pandas: reads the sheet into a frame. No check, no answer."""

import pandas as pd

import common

source, _ = common.arguments()
frame = pd.read_excel(source, dtype=object)
print(len(frame), int(frame.notna().sum().sum()))

"""What the peers share: the words of the answers, and files that are on the disk when they end."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
COUNTRIES = (HERE.parent / "countries.txt").read_text().split()
PRODUCTS = ["LOANPROT-A"]
TIME = "2026-11-20T02:00:00+01:00"
COLUMNS = [
    "number", "product", "loan", "currency", "amount", "premium", "start", "customer", "type", "country", "identity",
    "first", "last", "by_bank", "by_customer",
]
RESULT = "row;instruction_id;kind;entity;outcome;state;references;codes;message"
ERRORS = "row;place;field;value;code;level;message;hint;iso_reason"
# Cell, field, code, message, hint, ISO reason, in the order of precedence.
RULES = {
    "product": ("product", "unknown_product", "the product is not set up on this site",
                "use a product code agreed with the operator", "AG03"),
    "loan": ("loan_ref", "required", "a required field is missing", "give the field a value", "CH21"),
    "amount": ("insured_amount", "invalid_amount", "the value is not an amount",
               "write digits, with the format's decimal mark and no currency sign", "AM12"),
    "start": ("start_date", "invalid_date", "the value is not a date of the calendar",
              "write the date as the format says", "DT01"),
    "country": ("country", "invalid_country", "the value is not an ISO 3166-1 alpha-2 country",
                "use two capital letters, such as SE", "BE09"),
    "identity": ("identity_no", "invalid_check_digit", "the check digit is wrong",
                 "check the number for a typing error", "CH16"),
    # What the generator does not write, and every program checks all the same.
    "other": ("", "invalid_value", "a value that the generator does not write", "", ""),
}


def event_parts(kind, subject, state, changed):
    """An event's line as literals and names of columns, in turn. Its id is the row: a UUID v5 is not asked of peers."""
    head = [
        '{"specversion":"1.0","id":"', "row", '","source":"urn:sluss:bench","type":"' + kind + '","subject":"', subject,
        f'","time":"{TIME}","datacontenttype":"application/json","data":{{"batch":"bench","row":', "row",
        f',"instruction_id":null,"state":"{state}","changed":{{',
    ]
    return head[:-1] + [head[-1] + changed[0]] + changed[1:]


CUSTOMER = event_parts("customer.created", "customer", "exists", [
    '"customer_type":"', "type", '","country":"', "country", '","identity_no":"', "identity", '","first_name":"', "first",
    '","last_name":"', "last", '"}}}',
])
INSURANCE = event_parts("insurance.registered", "number", "registered", [
    '"product":"', "product", '","loan_ref":"', "loan", '","currency":"', "currency", '","insured_amount":"', "amount_out",
    '","annual_premium":"', "premium_out", '","start_date":"', "start", '","owner_customer_no":"', "customer",
    '","insured_customer_no":"', "customer", '","approved_by_bank":', "bank_out", ',"approved_by_customer":', "customer_out",
    "}}}",
])
APPROVED = event_parts("insurance.approved", "number", "approved", [
    '"approved_by_bank":true,"approved_by_customer":true}}}',
])


def arguments():
    """The input, and the folder for the answers."""
    return pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def sync(folder):
    """All of the answers are on the disk when this returns."""
    for path in folder.iterdir():
        with open(path, "rb+") as file:
            os.fsync(file.fileno())

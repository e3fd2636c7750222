"""frictionless: types, patterns and code lists by a schema. It knows no check digits, and writes no answers."""

import common
from frictionless import Checklist, Resource, Schema, fields, formats, system

source, folder = common.arguments()
amount = r"\d{1,15}(,\d{1,2})?"
rules = {
    "product": {"required": True, "enum": common.PRODUCTS},
    "currency": {"required": True, "enum": ["SEK"]},
    "amount": {"required": True, "pattern": amount},
    "premium": {"required": True, "pattern": amount},
    "type": {"required": True, "enum": ["individual", "company"]},
    "country": {"required": True, "enum": common.COUNTRIES},
    "identity": {"required": True, "pattern": r"\d{12}"},
    "by_bank": {"required": True, "enum": ["ja", "j", "nej", "n"]},
    "by_customer": {"required": True, "enum": ["ja", "j", "nej", "n"]},
}
schema = Schema(fields=[
    fields.DateField(name=name, constraints={"required": True}) if name == "start"
    else fields.StringField(name=name, constraints=rules.get(name, {"required": True}))
    for name in common.COLUMNS
])
system.trusted = True
resource = Resource(path=str(source), schema=schema, format="csv", encoding="utf-8")
resource.dialect.add_control(formats.CsvControl(delimiter=";"))
report = resource.validate(Checklist(skip_errors=["label"]), limit_errors=1_000_000)
print(report.stats["errors"], "findings")

//! Numbers that no one has, and the files of a night that hold one in every place.

use rust_xlsxwriter::Workbook;

use crate::promise::place::Place;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Card,
    Person,
    Account,
}

/// A number that stands in one place alone.
pub(super) struct Canary {
    pub(super) kind: Kind,
    /// How it may be written; as it was sent first.
    pub(super) dresses: Vec<String>,
    /// Where it was put.
    pub(super) place: String,
    /// Whether its sender may see it again where it stood: a key of its own, or a row that could not be read, of a
    /// partner whose references may look like a card's number.
    pub(super) own: bool,
}

pub(super) const PARTNERS: [&str; 5] = ["kort", "masked", "open", "lender", "brazil"];

pub(super) const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.kort]
formats = ["canonical-csv", "canonical-xml", "canonical-excel", "card-orders-csv-1"]
lines = ["card"]
settle = "0s"

[partner.masked]
formats = ["canonical-csv", "canonical-xml", "canonical-excel", "insurance-csv-1"]
lines = ["insurance"]
settle = "0s"
answers = { mask = true }

[partner.open]
formats = ["canonical-csv", "canonical-xml", "canonical-excel"]
lines = ["insurance"]
settle = "0s"

[partner.lender]
formats = ["canonical-csv", "canonical-xml", "canonical-excel", "bgmax-1"]
lines = ["loan"]
settle = "0s"

[partner.brazil]
formats = ["canonical-csv", "canonical-xml", "canonical-excel"]
lines = ["credit-life"]
settle = "0s"

[product.A]
line = "insurance"
[product.DEBIT]
line = "card"
"#;

/// A record of each line, with its labels; what is sown takes the place of one of its values.
const RECORDS: [(&str, &str); 5] = [
    (
        "kind=contract.create,instruction_id=,contract_ref=K1,product=DEBIT,owner_customer_ref=P1,first_name=Eva,last_name=Berg,\
         birth_date=1980-01-01,birth_place=Kiel,address_line1=Kai 1,city=Kiel,address_country=DE,root_account_ref=R1,card_account_ref=A1,\
         iban=DE02500105174128973163,embossing_name=EVA,pan=,comment=",
        "kort",
    ),
    (INSURED, "masked"),
    (INSURED, "open"),
    (
        "kind=loan.person,instruction_id=,person_id=P1,identity_no=,first_name=Eva,last_name=Berg,company_name=,birth_date=1980-01-01,\
         email=eva@example.se,phone=+46700000000,address_line1=Kai 1,city=Kiel,address_country=SE,comment=",
        "lender",
    ),
    (
        "kind=credit.eligibility,instruction_id=,document_number=,issue_amount=100.00,birth_date=1990-01-01,comment=",
        "brazil",
    ),
];

const INSURED: &str = "kind=customer.create,instruction_id=,customer_no=C1,customer_type=individual,country=SE,identity_no=,first_name=Eva,\
    last_name=Berg,birth_date=,language=sv,email=eva@example.se,phone=+46700000000,address_line1=Kai 1,city=Kiel,comment=";

/// Gives out numbers of a kind, one after another.
struct Numbers {
    next: usize,
    kind: Kind,
}

/// The digit that makes modulus 10 come out.
fn luhn(digits: &str) -> u32 {
    let doubled = digits.bytes().rev().enumerate().map(|(at, byte)| {
        let digit = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    (10 - doubled.sum::<u32>() % 10) % 10
}

impl Numbers {
    fn take(&mut self, place: String) -> Canary {
        self.next += 1;
        let no = self.next;
        let dresses = match self.kind {
            Kind::Card => {
                let start = format!("45399{:010}", no * 7_919_317 % 10_000_000_000);
                let number = format!("{start}{}", luhn(&start));
                let in_fours =
                    [&number[..4], &number[4..8], &number[8..12], &number[12..]].join(" ");
                // With the digits that are never shown, however few of the others.
                let middle = number[3..13].to_owned();
                vec![number, in_fours, middle]
            }
            Kind::Person => {
                let (month, day) = (1 + no % 12, 1 + no % 28);
                let start = format!("{:02}{month:02}{day:02}{:03}", 50 + no % 40, 100 + no % 899);
                let number = format!("{start}{}", luhn(&start));
                let (born, last) = number.split_at(6);
                vec![format!("19{born}-{last}"), format!("{born}-{last}"), number]
            }
            Kind::Account => {
                let number = format!("50010517{:010}", 7_000_000_000_usize + no * 104_729);
                // D and E are 13 and 14.
                let rest = format!("{number}131400")
                    .bytes()
                    .fold(0, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97);
                vec![format!("DE{:02}{number}", 98 - rest), number]
            }
        };
        Canary {
            kind: self.kind,
            dresses,
            own: is_own(self.kind, &place),
            place,
        }
    }
}

fn is_own(kind: Kind, place: &str) -> bool {
    let key = ["instruction_id", "customer_no"]
        .iter()
        .any(|key| place.ends_with(key));
    let unread = ["quote", "columns", "text", "label", "comment", "element"];
    let unread = unread.iter().any(|what| place.ends_with(what));
    match kind {
        Kind::Person => key,
        Kind::Card => {
            unread
                && !place.starts_with("kort")
                && place
                    .split(' ')
                    .nth(1)
                    .is_none_or(|word| !["csv", "xml", "xlsx"].contains(&word))
        }
        Kind::Account => false,
    }
}

/// Some numbers of each kind, sown nowhere.
pub(super) fn numbers() -> Vec<Canary> {
    let mut all = Vec::new();
    for kind in [Kind::Card, Kind::Person, Kind::Account] {
        let mut numbers = Numbers { next: 9000, kind };
        all.extend((0..5).map(|_| numbers.take(String::new())));
    }
    all
}

/// One record with a number in one of its fields.
type Record = Vec<(String, String)>;

struct Sower<'a> {
    place: &'a Place,
    sown: Vec<Canary>,
    numbers: [Numbers; 3],
}

/// Drops files that hold numbers, one in every place that there is, and says which.
pub(super) fn sow(place: &Place) -> Vec<Canary> {
    let numbers = [Kind::Card, Kind::Person, Kind::Account].map(|kind| Numbers { next: 0, kind });
    let mut sower = Sower {
        place,
        sown: Vec::new(),
        numbers,
    };
    for (record, partner) in RECORDS {
        // Card numbers have no business with any line, and the card line alone looks for them in references.
        for kind in 0..3 {
            sower.fields(record, partner, kind);
            sower.odd_files(record, partner, kind);
        }
    }
    sower.sown
}

impl Sower<'_> {
    fn one(&mut self, kind: usize, place: String) -> String {
        let canary = self.numbers[kind].take(place);
        let sent = canary.dresses[0].clone();
        self.sown.push(canary);
        sent
    }

    /// Records with a number in each field, in each of the formats.
    fn fields(&mut self, record: &str, partner: &str, kind: usize) {
        let base: Record = record
            .split(',')
            .map(|field| field.trim().split_once('=').expect("a field"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for ending in ["csv", "xml", "xlsx"] {
            let mut records = Vec::new();
            for at in 0..base.len() {
                let name = base[at].0.clone();
                // References of lines without cards may look like a card's number.
                let reference = name.ends_with("_ref")
                    || name.ends_with("_no")
                    || name.ends_with("_id")
                    || name == "kind"
                    || name == "iban"
                    || name == "product";
                if kind == 0 && partner != "kort" && reference {
                    continue;
                }
                let mut record = base.clone();
                let number = self.one(kind, format!("{partner} {ending} {name}"));
                let glued = kind == 0 && name.ends_with("_ref") && at % 2 == 0;
                record[at].1 = if glued {
                    format!("REF{number}X")
                } else {
                    number
                };
                if name != "instruction_id" {
                    record[1].1 = format!("{ending}{kind}-{at}");
                }
                records.push(record);
            }
            let name = format!("canonical_{kind}.{ending}");
            self.place
                .drop(partner, &name, written(&base, &records, ending));
        }
    }

    /// Broken rows, labels, documents that are not well formed, names, and files that nobody knows.
    fn odd_files(&mut self, record: &str, partner: &str, kind: usize) {
        let kind_of = record.split(['=', ',']).nth(1).expect("a kind");
        let at = |what: &str| format!("{partner} {what}");
        let open = self.one(kind, at("unclosed quote"));
        let wide = self.one(kind, at("too many columns"));
        let odd = self.one(kind, at("bytes that are no text"));
        let text = format!(
            "kind,comment\n{kind_of},\"{open}\n{kind_of},x,{wide},{wide}\n{kind_of},x\u{1}{wide}\n"
        );
        let text = [
            text.as_bytes(),
            kind_of.as_bytes(),
            b",\xff ",
            odd.as_bytes(),
            b"\n",
        ]
        .concat();
        self.place
            .drop(partner, &format!("canonical_b{kind}.csv"), text);
        let label = self.one(kind, at("label"));
        let file = format!("kind,comment,{label}\n{kind_of},x,y\n");
        self.place
            .drop(partner, &format!("canonical_l{kind}.csv"), file);
        let cut = self.one(kind, at("document cut off"));
        let file = format!("<records><record kind=\"{kind_of}\"><comment>{cut}");
        self.place
            .drop(partner, &format!("canonical_c{kind}.xml"), file);
        let (comment, unknown) = (
            self.one(kind, at("comment")),
            self.one(kind, at("unknown element")),
        );
        let file = format!(
            "<records><!-- {comment} --><record kind=\"{kind_of}\"><nobody>{unknown}</nobody></record></records>"
        );
        self.place
            .drop(partner, &format!("canonical_u{kind}.xml"), file);
        let nobody = self.one(kind, at("file that nobody knows"));
        self.place
            .drop(partner, &format!("other{kind}.dat"), format!("{nobody}\n"));
        if kind < 2 {
            for (name, bytes) in [
                ("canonical_n_", format!("kind\n{kind_of}\n")),
                ("canonical_n ", "{".to_owned()),
            ] {
                let number = self.one(kind, at("name"));
                self.place
                    .drop(partner, &format!("{name}{number}.csv"), bytes);
            }
            let number = self.one(kind, at("name of a link"));
            let link = self.place.inbox(partner).join(format!("{number}.csv"));
            std::os::unix::fs::symlink("/etc/passwd", link).expect("a link");
            let number = self.one(kind, at("name of a folder"));
            std::fs::create_dir(self.place.inbox(partner).join(number)).expect("a folder");
        }
    }
}

/// Records in one of the canonical formats.
fn written(base: &Record, records: &[Record], ending: &str) -> Vec<u8> {
    let cells = |record: &Record| {
        record
            .iter()
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let labels: Vec<String> = base.iter().map(|(name, _)| name.clone()).collect();
    match ending {
        "xml" => {
            let field = |(name, value): &(String, String)| format!("<{name}>{value}</{name}>");
            let record = |record: &Record| {
                let fields: Vec<String> = record[1..]
                    .iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(field)
                    .collect();
                format!(
                    "<record kind=\"{}\">{}</record>",
                    record[0].1,
                    fields.concat()
                )
            };
            let records: Vec<String> = records.iter().map(record).collect();
            format!("<records>{}</records>", records.concat()).into_bytes()
        }
        "xlsx" => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            let rows = [labels].into_iter().chain(records.iter().map(cells));
            for (row, values) in (0..).zip(rows) {
                for (column, value) in (0..).zip(&values) {
                    sheet.write(row, column, value).expect("a cell");
                }
            }
            book.save_to_buffer().expect("a workbook")
        }
        _ => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&labels).expect("written");
            for record in records {
                writer.write_record(cells(record)).expect("written");
            }
            writer.into_inner().expect("written")
        }
    }
}

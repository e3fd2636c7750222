//! Same input, same bytes: whatever the threads, the time zone, the locale and the order in which files arrived.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::types::Value as Cell;

use super::measure::{TIME, measure};
use super::place::{Place, company, files};
use super::trials;
use crate::torture::trials::Trials;

/// Records enough for several pieces of work at once.
const MANY: usize = 12_000;

/// The sample night, and one large file.
fn place() -> Place {
    let settings = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/inbox-sample/sluss.toml"
    ));
    let night = tempfile::tempdir().expect("a folder");
    let night = night.path().join("night");
    sluss::demo::make(&night).expect("the sample night");
    let place = Place::new(&settings.expect("the sample's settings"), &[]);
    std::fs::remove_dir_all(&place.site).expect("it is ours");
    std::fs::rename(night, &place.site).expect("moved");
    let mut text =
        String::from("kind,customer_no,customer_type,country,company_name,identity_no\n");
    for no in 0..MANY {
        let company = company(no);
        let row = format!("customer.create,M{no},company,NO,Fisk {no},{company}\n");
        let bad = format!("customer.create,M{no},company,NO,,914778272\n");
        write!(text, "{}", if no % 100 == 7 { bad } else { row }).expect("memory takes it");
    }
    place.drop("fjordbank", "canonical_20261120_09_many.csv", text);
    place
}

/// Puts the files of all inboxes there anew, in another order and with other times.
fn arrive_again(place: &Place, reverse: bool) {
    let inbox = place.site.join("inbox");
    let mut all: Vec<(PathBuf, Vec<u8>)> = files(&inbox).into_iter().collect();
    if reverse {
        all.reverse();
    }
    for (path, _) in &all {
        std::fs::remove_file(inbox.join(path)).expect("removed");
    }
    for (at, (path, bytes)) in (0..).zip(&all) {
        std::fs::write(inbox.join(path), bytes).expect("written");
        let file = std::fs::File::options().write(true).open(inbox.join(path));
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 - at * 86_400);
        file.expect("it is there").set_modified(time).expect("set");
    }
}

/// One way of running the same night.
#[derive(Clone, Copy, Debug)]
struct Way {
    threads: &'static str,
    zone: &'static str,
    locale: &'static str,
    reverse: bool,
}

fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    for threads in ["1", "2", "8"] {
        for zone in ["UTC", "Pacific/Kiritimati", "America/St_Johns"] {
            for locale in ["C", "sv_SE.UTF-8", "tr_TR.UTF-8"] {
                for reverse in [false, true] {
                    ways.push(Way {
                        threads,
                        zone,
                        locale,
                        reverse,
                    });
                }
            }
        }
    }
    ways
}

type Left = (
    BTreeMap<PathBuf, Vec<u8>>,
    Vec<BTreeMap<&'static str, Vec<Vec<Cell>>>>,
);

fn run(place: &Place, way: Way) {
    let mut command = place.command(&["run", "--quiet", "--threads", way.threads]);
    command
        .env("TZ", way.zone)
        .env("LANG", way.locale)
        .env("LC_ALL", way.locale);
    let ran = measure(&mut command, TIME * 12);
    assert_eq!(ran.status.code(), Some(1), "{way:?}: {}", ran.stderr);
}

fn left(site: &Place) -> Left {
    let mut all = BTreeMap::new();
    for top in ["outbox", "archive", "quarantine"] {
        let folder = site.site.join(top);
        all.extend(
            files(&folder)
                .into_iter()
                .map(|(path, bytes)| (Path::new(top).join(path), bytes)),
        );
    }
    let books = [
        "nordbank",
        "fjordbank",
        "havsfaktura",
        "sydlan",
        "elbkarte",
        "bancoipe",
        "havslan",
    ];
    (all, books.map(|book| site.rows(book)).to_vec())
}

const PLAIN: Way = Way {
    threads: "2",
    zone: "Europe/Stockholm",
    locale: "C.UTF-8",
    reverse: false,
};

#[test]
fn threads_zones_locales_and_the_order_of_arrival_change_nothing() {
    let template = place();
    let first = template.copy();
    run(&first, PLAIN);
    let expected = left(&first);
    assert!(expected.0.len() > 100 && expected.1.iter().all(|book| !book["change"].is_empty()));
    let ways = ways();
    let wanted = trials(3, ways.len(), ways.len());
    let mut trials = Trials::of("threads x time zones x locales x order of arrival, same bytes");
    // Beside the other tests some that differ in everything.
    let step = if wanted < ways.len() {
        ways.len() / wanted - 1
    } else {
        1
    };
    for way in ways.into_iter().step_by(step).take(wanted) {
        let place = template.copy();
        arrive_again(&place, way.reverse);
        run(&place, way);
        let same = left(&place) == expected;
        trials.count((!same).then(|| format!("{way:?}")));
    }
    trials.end();
}

/// The comparison can fail: a night an hour later is another.
#[test]
fn another_hour_is_seen() {
    let template = Place::new(
        "[partner.p]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]\nsettle = \"0s\"\n[product.A]\nline = \"insurance\"\n",
        &["p"],
    );
    template.drop("p", "canonical_1.csv", super::place::good_csv(1));
    let (one, other) = (template.copy(), template.copy());
    let night = ["run", "--quiet", "--now", "2026-11-20T03:00:00+01:00"];
    run(&one, PLAIN);
    let mut later = std::process::Command::new(env!("CARGO_BIN_EXE_sluss"));
    later
        .args(night)
        .args(["--business-date", "2026-11-20", "--site"])
        .arg(&other.site);
    assert_eq!(measure(&mut later, TIME).status.code(), Some(1));
    let (one, other) = (files(&one.outbox("p")), files(&other.outbox("p")));
    assert!(one.keys().eq(other.keys()) && one != other);
}

/// A file of too many records that is not well formed behind them, at several distances, into a book that is there already:
/// which is told does not depend on how many pieces of the file are read at once.
#[test]
fn of_two_faults_the_same_is_told_whatever_the_threads() {
    let template = Place::new(
        "[partner.p]\nformats = [\"canonical-csv\", \"canonical-xml\"]\nlines = [\"insurance\"]\nsettle = \"0s\"\n\
         limits = { records = 4000 }\n[product.A]\nline = \"insurance\"\n",
        &["p"],
    );
    template.drop("p", "canonical_1.csv", super::place::good_csv(1));
    run(&template, PLAIN);
    let record = |no: usize| {
        format!(
            "<record kind=\"customer.create\"><customer_no>M{no}</customer_no><customer_type>company</customer_type>\
             <country>NO</country><company_name>Fisk {no}</company_name><identity_no>{}</identity_no></record>\n",
            company(no)
        )
    };
    let fault = |behind: usize, threads: &str| {
        let place = template.copy();
        let records: String = (0..behind).map(record).collect();
        let file = format!("<records>\n{records}</record>");
        place.drop("p", "canonical_2.xml", file);
        let mut command = place.command(&["run", "--quiet", "--threads", threads]);
        let ran = measure(&mut command, TIME * 12);
        assert_eq!(ran.status.code(), Some(1), "{}", ran.stderr);
        let quarantine = files(&place.site.join("quarantine")).into_values();
        let mut all = quarantine.map(|bytes| String::from_utf8(bytes).expect("text"));
        all.find(|text| !text.starts_with("<records>"))
            .expect("why")
    };
    let mut too_many = 0;
    for behind in [3_000, 7_000, 8_500] {
        let expected = fault(behind, "1");
        too_many += usize::from(expected.contains("too_many_records"));
        for threads in ["2", "8"] {
            assert_eq!(fault(behind, threads), expected, "{behind} {threads}");
        }
    }
    // The others are not well formed within the piece that is too long.
    assert!((1..3).contains(&too_many), "{too_many}");
}

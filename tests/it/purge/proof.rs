//! A purge that is cut short is brought to its end; what no purge did is a break.

use std::path::Path;

use rusqlite::Connection;

use super::{LATE, copy, end_all, files, night, purge, sluss, told};

#[test]
fn a_purge_that_is_killed_anywhere_is_brought_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = night(folder.path(), Some(300));
    end_all(&good);
    let undisturbed = folder.path().join("undisturbed");
    copy(&good, &undisturbed);
    let expected = purge(&undisturbed, LATE, None);
    assert_eq!(expected.status.code(), Some(0), "{}", told(&expected));
    let steps = [
        "before_commit",
        "after_commit",
        "purged_input_removed",
        "purged_input_removed:3",
        "purged_book_scrubbed",
        "purged_book_scrubbed:2",
    ];
    for (number, step) in steps.into_iter().enumerate() {
        let site = folder.path().join(format!("site-{number}"));
        copy(&good, &site);
        let killed = purge(&site, LATE, Some(step));
        assert_eq!(killed.status.code(), None, "{step}: {}", told(&killed));
        let audit = sluss(&site, &["audit"], None);
        assert_eq!(audit.status.code(), Some(0), "{step}: {}", told(&audit));
        // Odd ones by a run alone, as far as they had come; the rest by the next purge.
        if number % 2 == 1 {
            let run = sluss(&site, &["run", "--quiet", "--business-date", LATE], None);
            assert_eq!(run.status.code(), Some(0), "{step}: {}", told(&run));
        }
        let again = purge(&site, LATE, None);
        assert_eq!(again.status.code(), Some(0), "{step}: {}", told(&again));
        for part in ["archive", "quarantine", "outbox"] {
            assert!(
                files(&site.join(part)) == files(&undisturbed.join(part)),
                "{step} {part}"
            );
        }
        assert_eq!(rows(&site), rows(&undisturbed), "{step}");
    }
}

/// The changes and the journal of every book.
fn rows(site: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for (path, _) in files(&site.join("ledger")) {
        if path.extension().is_none_or(|end| end != "sqlite") {
            continue;
        }
        let db = Connection::open(site.join("ledger").join(path)).expect("opens");
        for table in [
            "change",
            "head",
            "purged",
            "purged_input",
            "journal",
            "published",
        ] {
            let mut query = db
                .prepare(&format!("SELECT * FROM {table} ORDER BY 1"))
                .expect("a table");
            let columns = query.column_count();
            let rows = query.query_map([], |row| {
                let cells = (0..columns).map(|n| row.get::<_, rusqlite::types::Value>(n));
                Ok(format!(
                    "{table} {:?}",
                    cells.collect::<Result<Vec<_>, _>>()?
                ))
            });
            all.extend(rows.expect("rows").map(|row| row.expect("a row")));
        }
    }
    all
}

/// What is told of a damage, and what does it.
type Damage<'d> = (&'d str, &'d dyn Fn(&Path));

#[test]
fn what_a_purge_did_not_do_is_a_break() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = night(folder.path(), Some(300));
    end_all(&good);
    let spare = folder.path().join("spare");
    copy(&good.join("archive"), &spare);
    assert_eq!(purge(&good, LATE, None).status.code(), Some(0));
    let damages: [Damage<'_>; 7] = [
        ("its changes were altered", &|site| {
            book(
                site,
                "UPDATE change SET state = replace(state, 'SEK', 'NOK') WHERE id IN (SELECT change FROM purged)",
            );
        }),
        ("its changes were altered", &|site| {
            book(
                site,
                "DELETE FROM purged WHERE change = (SELECT min(change) FROM purged)",
            );
        }),
        ("its changes were altered", &|site| {
            book(
                site,
                "UPDATE purged SET was = zeroblob(32) WHERE change = (SELECT min(change) FROM purged)",
            );
        }),
        // Details of a living entity, taken out by nobody.
        ("its changes were altered", &|site| {
            book(
                site,
                "INSERT INTO purged SELECT id, (SELECT max(id) FROM journal), randomblob(32) FROM change \
                 WHERE id NOT IN (SELECT change FROM purged) AND state IS NOT NULL LIMIT 1",
            );
        }),
        ("by no batch of the journal", &|site| {
            book(site, "INSERT INTO purged_input VALUES (900, 999)");
        }),
        ("and is there again", &|site| {
            let archive = site.join("archive");
            std::fs::remove_dir_all(&archive).expect("removed");
            copy(&spare, &archive);
        }),
        ("the file that was taken is gone", &|site| {
            book(site, "DELETE FROM purged_input");
        }),
    ];
    for (number, (expected, damage)) in damages.into_iter().enumerate() {
        let site = folder.path().join(format!("site-{number}"));
        copy(&good, &site);
        damage(&site);
        let audit = sluss(&site, &["audit"], None);
        assert_eq!(audit.status.code(), Some(5), "{number}: {}", told(&audit));
        assert!(
            told(&audit).contains(expected),
            "{number} {expected}: {}",
            told(&audit)
        );
    }
}

fn book(site: &Path, sql: &str) {
    let db = Connection::open(site.join("ledger/nordbank.sqlite")).expect("opens");
    let mut query = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .expect("a query");
    let names = query
        .query_map([], |row| row.get::<_, String>(0))
        .expect("rows");
    for name in names.collect::<Result<Vec<_>, _>>().expect("names") {
        db.execute_batch(&format!("DROP TRIGGER {name}"))
            .expect("dropped");
    }
    db.execute_batch(sql).expect(sql);
}

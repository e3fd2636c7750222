//! The command line as a shell sees it: what goes to which stream, and exit codes.

use std::io::Read;
use std::process::{Command, Output, Stdio};

fn sluss(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(arguments)
        .env_remove("SLUSS_SITE")
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8")
}

#[test]
fn help_and_version_end_well_and_wrong_use_is_2() {
    let rows: &[(&[&str], i32)] = &[
        (&["--help"], 0),
        (&["run", "--help"], 0),
        (&["--version"], 0),
        (&["completions", "bash"], 0),
        (&["man"], 0),
        (&[], 2),
        (&["nonsense"], 2),
        (&["run", "--nonsense"], 2),
        (&["completions", "tcsh"], 2),
    ];
    for (arguments, code) in rows {
        let output = sluss(arguments);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}");
        assert_eq!(output.stdout.is_empty(), *code != 0, "{arguments:?}");
    }
}

#[test]
fn completions_and_man_page_know_every_command() {
    let help = sluss(&["--help"]);
    let commands: Vec<&str> = stdout(&help)
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_once("  "))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
        .collect();
    assert!(commands.len() >= 16, "{commands:?}");
    let man = sluss(&["man"]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let completions = sluss(&["completions", shell]);
        for command in &commands {
            assert!(stdout(&completions).contains(command), "{shell}: {command}");
            assert!(
                stdout(&man).contains(&format!(".SS sluss {command}")),
                "{command}"
            );
        }
        assert!(!stdout(&help).contains("read-workbook"));
        assert!(!stdout(&man).contains("read\\-workbook"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .arg("man")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut told = String::new();
    let mut stderr = child.stderr.take().expect("it was piped");
    stderr.read_to_string(&mut told).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(told, "");
}

#[test]
fn an_empty_site_answers_every_question() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let site = folder.path().join("site");
    let site = site.to_str().expect("UTF-8");
    let rows: &[(&[&str], i32)] = &[
        (&["init", site], 0),
        (&["init", site], 2),
        (&["--site", site, "status"], 0),
        (&["--site", site, "status", "abc"], 2),
        (&["--site", site, "status", "--partner", "nobody"], 2),
        (&["--site", site, "errors", "abc"], 2),
        (&["--site", site, "resume", "example"], 0),
        (&["--site", site, "resume", "nobody"], 2),
        (&["--site", "/nowhere", "status"], 2),
    ];
    for (arguments, code) in rows {
        let output = sluss(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {told}");
        assert_eq!(told.is_empty(), *code == 0, "{arguments:?}: {told}");
    }
    for arguments in [
        &["--site", site, "status", "--json"][..],
        &["rules", "--json"],
        &["number", "iban", "x", "--json"],
        &["--site", site, "resume", "example", "--json"],
    ] {
        let output = sluss(arguments);
        let document: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
        assert!(document.is_ok(), "{arguments:?}");
    }
}

#[test]
fn the_site_may_come_from_the_environment() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let site = folder.path().join("site");
    assert!(
        sluss(&["init", site.to_str().expect("UTF-8")])
            .status
            .success()
    );
    let status = |site: &std::path::Path| {
        Command::new(env!("CARGO_BIN_EXE_sluss"))
            .arg("status")
            .env("SLUSS_SITE", site)
            .output()
            .expect("the program starts")
    };
    assert_eq!(status(&site).status.code(), Some(0));
    assert_eq!(status(folder.path()).status.code(), Some(2));
}

#[test]
fn numbers_come_from_the_arguments_or_line_by_line() {
    let given = sluss(&["number", "se.account", "5102,015875-1", "-1"]);
    assert_eq!(
        stdout(&given),
        "value,valid,normalised,code\n\"5102,015875-1\",true,\"5102,0158751\",\n-1,false,,invalid_account\n"
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(["number", "se.account"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    std::io::Write::write_all(&mut stdin, b" 5102,015875-1\r\n\n-1").expect("it reads");
    drop(stdin);
    let read = child.wait_with_output().expect("it ends");
    assert_eq!(
        stdout(&read),
        "value,valid,normalised,code\n\"5102,015875-1\",true,\"5102,0158751\",\n,false,,invalid_account\n-1,false,,invalid_account\n"
    );
    assert_eq!(sluss(&["number", "se.nothing", "1"]).status.code(), Some(2));
}

/// What was asked is repeated where it cannot be answered, and standard error is kept.
#[test]
fn a_card_number_on_the_command_line_is_not_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    let site = site.to_str().expect("UTF-8");
    assert!(sluss(&["init", site]).status.success());
    let settings = "[site]\ntime_zone = \"Europe/Berlin\"\n\n[partner.p]\nformats = [\"canonical-csv\"]\nlines = [\"card\"]\nissuer_id = \"1\"\n";
    std::fs::write(folder.path().join("site/sluss.toml"), settings).expect("written");
    for arguments in [
        ["show", "4546177060616413"],
        ["errors", "4546177060616413"],
        ["status", "4546177060616413"],
        ["check", "4546177060616413.csv"],
        ["--4546177060616413", "run"],
        ["4546 1770 6061 6413", "run"],
    ] {
        let told = sluss(&[&["--site", site, "--partner", "p"], &arguments[..]].concat());
        let said = String::from_utf8(told.stderr).expect("UTF-8");
        assert!(!told.status.success(), "{arguments:?}");
        assert!(said.contains("6413") && said.contains("****"), "{said}");
        assert!(
            !said.contains("4546177060616413") && !said.contains("6061"),
            "{said}"
        );
        assert!(told.stdout.is_empty(), "{arguments:?}");
    }
}

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

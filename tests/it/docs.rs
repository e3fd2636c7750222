//! The guides say what works: their examples are run.

use std::fs;

use sluss::format::Format;
use sluss::line::dictionary::dictionary;

fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("a guide")
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_guides_format_is_without_fault() {
    let guide = read("docs/formats.md");
    let formats = blocks(&guide, "toml");
    assert!(!formats.is_empty());
    for text in formats {
        let format = Format::parse("docs/formats.md", &text, &dictionary());
        assert!(format.is_ok(), "{}", format.expect_err("it has faults"));
    }
}

#[test]
fn guides_name_files_that_are_there() {
    for path in [
        "README.md",
        "docs/operations.md",
        "docs/formats.md",
        "docs/credit-life.md",
    ] {
        for link in read(path).split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default();
            if target.starts_with("http") {
                continue;
            }
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let full = format!("{}/{folder}/{target}", env!("CARGO_MANIFEST_DIR"));
            assert!(fs::exists(&full).expect("a path"), "{path}: {target}");
        }
    }
}

#[test]
fn the_readme_names_every_command() {
    let readme = read("README.md");
    let program = <sluss::cli::args::Cli as clap::CommandFactory>::command();
    for command in program.get_subcommands().filter(|c| !c.is_hide_set()) {
        let name = command.get_name();
        assert!(readme.contains(&format!("`sluss {name}")), "{name}");
    }
}

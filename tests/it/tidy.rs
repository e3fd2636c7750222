//! Style as a test: module order, words that are banned and what stands in for them, sizes. What the compiler and
//! clippy can hold is left to them.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Reading down, a module uses only modules that stand below it.
const ORDER: &[&str] = &[
    "main",
    "cli",
    "demo",
    "watch",
    "run",
    "inbox",
    "outbox",
    "ledger",
    "site",
    "line",
    "lifecycle",
    "check",
    "read",
    "format",
    "toml_table",
    "os",
    "model",
    "code",
];

/// A word that source code does without: what stands in for it, and the files (by prefix) that may have it.
struct Ban {
    pattern: &'static str,
    instead: &'static str,
    allowed: &'static [&'static str],
    in_tests: bool,
}

const BANS: &[Ban] = &[
    Ban {
        pattern: r"\.unwrap\(\)",
        instead: "`expect` with the reason why it holds, or an error",
        allowed: &[],
        in_tests: false,
    },
    Ban {
        pattern: r"\bf(32|64)\b",
        instead: "`rust_decimal::Decimal`",
        // A workbook holds numbers as binary floats and nothing else.
        allowed: &[
            "src/read/excel",
            "src/outbox/rejected/excel",
            "benches/make-samples.rs",
        ],
        in_tests: false,
    },
    Ban {
        pattern: r"\be?print(ln)?!",
        instead: "`cli::out::Out` for answers, `tracing` for the log",
        allowed: &[],
        in_tests: false,
    },
    Ban {
        pattern: r"\b(Utc|Local|SystemTime|Instant)::now\b",
        instead: "the run's clock, which comes in as an argument",
        allowed: &[
            "src/cli",
            "src/watch",
            "src/run",
            "src/inbox",
            "src/read/excel",
        ],
        in_tests: false,
    },
    Ban {
        pattern: r"\bstd::fs\b|\bFile::(create|open)\b|\bOpenOptions\b",
        instead: "`crate::os`, whose errors name the path and whose files have a mode",
        allowed: &[
            "src/os",
            "src/site",
            "src/inbox",
            "src/outbox",
            "src/ledger",
            "src/run",
            "src/watch",
            "src/demo",
            "src/cli",
            "src/read/excel",
            "src/read/fixed",
            "src/read/source",
            "benches/",
        ],
        in_tests: false,
    },
    Ban {
        pattern: r"\b(todo|unimplemented|dbg)!|#\[ignore",
        instead: "the thing itself",
        allowed: &[],
        in_tests: true,
    },
    Ban {
        pattern: r"\bunsafe (impl|fn|\{)|unsafe_code",
        instead: "safe code; what the system asks for otherwise has a small module of its own",
        allowed: &[
            "src/os/lease.rs",
            "src/ledger/rows.rs",
            "tests/it/promise/measure.rs",
        ],
        in_tests: true,
    },
    Ban {
        pattern: r"[ \t]+$",
        instead: "a line that ends where its text ends",
        allowed: &[],
        in_tests: true,
    },
];

const FILE_LINES_MAX: usize = 450;
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn source_is_tidy() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(root().join(&path)).expect("a source file is UTF-8");
        let file = File {
            path: path.to_str().expect("an ASCII name").to_owned(),
            test: path.starts_with("tests")
                || path.starts_with("benches")
                || path
                    .iter()
                    .any(|part| part == "tests" || part == "tests.rs"),
            text,
        };
        file.order(&mut faults);
        file.bans(&mut faults);
        file.sizes(&mut faults);
        file.tables(&mut faults);
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn each_rule_finds_what_it_forbids() {
    let bad = [
        ("src/check/x.rs", "use crate::line::Line;\n", "stands above"),
        (
            "src/check/x.rs",
            "use crate::{model, run::x};\n",
            "stands above",
        ),
        ("src/model/x.rs", "fn a() { b.unwrap(); }\n", "expect"),
        ("src/model/x.rs", "fn a(b: f64) {}\n", "Decimal"),
        ("src/os/x.rs", "    unsafe { b() }\n", "safe code"),
        ("tests/it/x.rs", "#![allow(unsafe_code)]\n", "safe code"),
        ("src/model/x.rs", "println!();\n", "Out"),
        ("src/model/x.rs", "let a = Utc::now();\n", "argument"),
        ("src/line/x.rs", "use std::fs;\n", "crate::os"),
        ("src/line/x.rs", "let a = 1; \n", "ends where"),
        (
            "src/line/a/lifecycle.rs",
            "        _ => Same,\n",
            "every cell",
        ),
        (
            "src/line/a/lifecycle.rs",
            "        (_, I::Open) => Same,\n",
            "every cell",
        ),
    ];
    for (path, text, expected) in bad {
        let faults = faults(path, text);
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{path}: {text}: {faults:?}"
        );
    }
    let long = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(70));
    assert!(faults("src/line/x.rs", &long)[0].contains("72 lines"));
    let longer = "// a\n".repeat(451);
    assert!(faults("src/line/x.rs", &longer)[0].contains("451 lines"));
}

#[test]
fn no_rule_finds_what_it_allows() {
    let good = [
        (
            "src/line/x.rs",
            "use crate::model::Code;\n// .unwrap() and f64\n",
        ),
        (
            "src/line/a/lifecycle.rs",
            "        (S::Expired, _) => Refuse(HasExpired),\n",
        ),
        (
            "src/model/x.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::line::x;\n}\n",
        ),
    ];
    for (path, text) in good {
        assert_eq!(faults(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

fn faults(path: &str, text: &str) -> Vec<String> {
    let file = File {
        path: path.to_owned(),
        test: false,
        text: text.to_owned(),
    };
    let mut faults = Vec::new();
    file.order(&mut faults);
    file.bans(&mut faults);
    file.sizes(&mut faults);
    file.tables(&mut faults);
    faults
}

struct File {
    path: String,
    test: bool,
    text: String,
}

impl File {
    /// Lines with their number from 1, and whether they belong to tests (unit tests stand last in a file).
    fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let tests_from = self
            .text
            .lines()
            .position(|line| line.starts_with("#[cfg(test)]"))
            .unwrap_or(usize::MAX);
        (self.text.lines().enumerate())
            .map(move |(at, line)| (at + 1, line, self.test || at >= tests_from))
    }

    fn order(&self, faults: &mut Vec<String>) {
        let Some(own) = self.path.strip_prefix("src/").and_then(module) else {
            return;
        };
        let rank = |name: &str| ORDER.iter().position(|module| *module == name);
        let Some(own_rank) = rank(own) else {
            if own != "lib" {
                faults.push(format!(
                    "{}: give `{own}` its place in ORDER of tidy.rs",
                    self.path
                ));
            }
            return;
        };
        for (number, line, test) in self.lines() {
            if test || line.trim_start().starts_with("//") {
                continue;
            }
            for used in used_modules(line) {
                if rank(&used).is_some_and(|used| used < own_rank) {
                    faults.push(format!(
                        "{}:{number}: `{used}` stands above `{own}`; move the code down, or hand it in as an argument",
                        self.path
                    ));
                }
            }
        }
    }

    fn bans(&self, faults: &mut Vec<String>) {
        for ban in BANS {
            // This file names what it bans.
            if self.path == "tests/it/tidy.rs"
                || ban
                    .allowed
                    .iter()
                    .any(|prefix| self.path.starts_with(prefix))
            {
                continue;
            }
            let pattern = Regex::new(ban.pattern).expect("a good pattern");
            for (number, line, test) in self.lines() {
                let code = line.split("//").next().unwrap_or_default();
                let text = if ban.pattern.ends_with('$') {
                    line
                } else {
                    code
                };
                if (ban.in_tests || !test) && pattern.is_match(text) {
                    faults.push(format!(
                        "{}:{number}: `{}`: use {}",
                        self.path,
                        line.trim(),
                        ban.instead
                    ));
                }
            }
        }
    }

    fn sizes(&self, faults: &mut Vec<String>) {
        let lines: Vec<&str> = self.text.lines().collect();
        let tests_from =
            (self.lines().find(|(_, _, test)| *test)).map_or(lines.len(), |(at, ..)| at - 1);
        if lines.len() > FILE_LINES_MAX {
            faults.push(format!(
                "{}: {} lines; split it by what its parts are about (at most {FILE_LINES_MAX}, better 400)",
                self.path,
                lines.len()
            ));
        }
        let head = Regex::new(r"^(\s*)(?:pub(?:\([a-z]+\))? )?(?:const |async |unsafe )*fn (\w+)")
            .expect("a good pattern");
        // A test may be a long table of rows.
        for (from, line) in lines.iter().enumerate().take(tests_from) {
            let Some(found) = head.captures(line) else {
                continue;
            };
            let end = format!("{}}}", &found[1]);
            // A declaration ends with `;` and a short body on its own line: both before any closing brace.
            let Some(length) = lines[from..].iter().position(|line| {
                **line == end
                    || (line.starts_with(&found[1]) && line.ends_with(';') && line.contains("fn "))
            }) else {
                continue;
            };
            if length + 1 > FUNCTION_LINES_MAX {
                faults.push(format!(
                    "{}:{}: `{}` has {} lines; take a part out that has a name (at most {FUNCTION_LINES_MAX})",
                    self.path,
                    from + 1,
                    &found[2],
                    length + 1
                ));
            }
        }
    }

    /// Lifecycle tables decide every cell by name; only a terminal state may pass over the instructions.
    fn tables(&self, faults: &mut Vec<String>) {
        if !(self.path.starts_with("src/line/") && self.path.ends_with("/lifecycle.rs")) {
            return;
        }
        for (number, line, test) in self.lines() {
            let arm = line.trim_start();
            if !test && (arm.starts_with("_ =>") || arm.starts_with("(_,")) {
                faults.push(format!(
                    "{}:{number}: name every cell; `_` stands only beside a terminal state",
                    self.path
                ));
            }
        }
    }
}

/// The module that a file under src/ belongs to.
fn module(path: &str) -> Option<&str> {
    path.split('/').next()?.split('.').next()
}

/// Modules named after `crate::` on a line, those of a group too.
fn used_modules(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
            continue;
        };
        let mut depth = 0;
        let mut name = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' | ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                '}' => depth -= 1,
                ':' if depth == 0 => names.push(std::mem::take(&mut name)),
                c if depth == 0 && (c.is_alphanumeric() || c == '_') => name.push(c),
                _ => {}
            }
        }
    }
    names
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the project, relative to its top, in order.
fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let top = root().join(folder);
        if !top.exists() {
            continue;
        }
        for entry in walkdir::WalkDir::new(top).sort_by_file_name() {
            let path = entry.expect("a readable source folder").into_path();
            if path.extension().is_some_and(|ext| ext == "rs") {
                let relative = path.strip_prefix(root()).expect("below the top");
                files.push(relative.to_owned());
            }
        }
    }
    files
}

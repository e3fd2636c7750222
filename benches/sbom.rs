//! Prints the bill of materials of the program (`CycloneDX` 1.6, JSON): every crate that is built into it, with version,
//! licence and the hash of its source. Asks cargo alone, without a network: `.ci/release` makes one for each release.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Command;

use serde_json::{Value, json};

fn main() {
    let bill = bill(env!("CARGO_MANIFEST_DIR"), "x86_64-unknown-linux-gnu");
    let text = serde_json::to_string_pretty(&bill).expect("JSON");
    writeln!(std::io::stdout(), "{text}").expect("standard output takes it");
}

/// The bill of materials of the package in a folder, as it is built for a target.
pub(crate) fn bill(folder: &str, target: &str) -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    command
        .args(["--filter-platform", target])
        .current_dir(folder);
    let output = command.output().expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let hashes = hashes(folder);
    let packages = list(&metadata["packages"]);
    let root = text(&metadata["resolve"]["root"]);
    let edges = edges(&metadata);
    let built = reached(root, &edges);
    let of = |id: &str| {
        let mut packages = packages.iter();
        packages
            .find(|one| text(&one["id"]) == id)
            .expect("a package")
    };
    let components = built.iter().filter(|id| **id != root);
    let components: Vec<Value> = components.map(|id| component(of(id), &hashes)).collect();
    let depends = built.iter().map(|id| {
        let on = edges[id].iter().map(|id| purl(of(id)));
        json!({ "ref": purl(of(id)), "dependsOn": on.collect::<Vec<_>>() })
    });
    let mut own = component(of(root), &hashes);
    own["type"] = json!("application");
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": own },
        "components": components,
        "dependencies": depends.collect::<Vec<_>>(),
    })
}

/// Whom each package is built with; what only tests need is left out.
fn edges(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let is_built = |on: &&Value| {
        let kinds = list(&on["dep_kinds"]).iter();
        kinds.map(|kind| &kind["kind"]).any(|kind| *kind != "dev")
    };
    let nodes = list(&metadata["resolve"]["nodes"]).iter();
    let all = nodes.map(|node| {
        let on = list(&node["deps"]).iter().filter(is_built);
        (text(&node["id"]), on.map(|on| text(&on["pkg"])).collect())
    });
    all.collect()
}

/// Every package that is built into the root's.
fn reached<'m>(root: &'m str, edges: &BTreeMap<&'m str, Vec<&'m str>>) -> BTreeSet<&'m str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![root];
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            next.extend(&edges[id]);
        }
    }
    reached
}

fn component(package: &Value, hashes: &BTreeMap<(String, String), String>) -> Value {
    let (name, version) = (text(&package["name"]), text(&package["version"]));
    // An older spelling of `OR`.
    let licence = text(&package["license"]).replace('/', " OR ");
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": name,
        "version": version,
        "purl": purl(package),
        "licenses": [{ "expression": licence }],
    });
    if let Some(hash) = hashes.get(&(name.to_owned(), version.to_owned())) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
    }
    component
}

fn purl(package: &Value) -> String {
    format!(
        "pkg:cargo/{}@{}",
        text(&package["name"]),
        text(&package["version"])
    )
}

/// The hash of each crate's source, by name and version, as Cargo.lock has it.
fn hashes(folder: &str) -> BTreeMap<(String, String), String> {
    let lock = std::fs::read_to_string(format!("{folder}/Cargo.lock")).expect("a lock file");
    let mut hashes = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let mut lines = package.lines();
            let line = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.map(|value| value.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(hash)) =
            (value("name"), value("version"), value("checksum"))
        {
            hashes.insert((name, version), hash);
        }
    }
    hashes
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

//! What the program is made of: the bill of materials names every crate, with version, licence and hash.

#[path = "../../benches/sbom.rs"]
#[expect(dead_code, reason = "its `main`")]
mod sbom;

use std::collections::BTreeSet;

#[test]
fn the_bill_of_materials_is_whole() {
    let bill = sbom::bill(env!("CARGO_MANIFEST_DIR"), "x86_64-unknown-linux-gnu");
    let components = bill["components"].as_array().expect("a list");
    let names: BTreeSet<&str> = components
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    let manifest = include_str!("../../Cargo.toml");
    let own = manifest
        .split("[dependencies]")
        .nth(1)
        .expect("dependencies");
    let own = own.split("\n[").next().expect("a section");
    let mut asked = 0;
    for line in own
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        if let Some((name, _)) = line.split_once(" = ") {
            asked += 1;
            assert!(names.contains(name.trim()), "{name} is not in it");
        }
    }
    assert!(
        asked > 20 && names.len() > asked,
        "{asked} of {}",
        names.len()
    );
    // What only tests are made of is not in it.
    assert!(!names.contains("insta") && !names.contains("proptest"));
    for one in components {
        let licence = one["licenses"][0]["expression"]
            .as_str()
            .unwrap_or_default();
        let hash = one["hashes"][0]["content"].as_str().unwrap_or_default();
        assert!(!licence.is_empty() && hash.len() == 64, "{one}");
        assert!(
            !one["version"].as_str().unwrap_or_default().is_empty(),
            "{one}"
        );
    }
    let own = &bill["metadata"]["component"];
    assert_eq!(
        (own["name"].as_str(), own["type"].as_str()),
        (Some("sluss"), Some("application"))
    );
    let refs: BTreeSet<&str> = bill["dependencies"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["ref"].as_str())
        .collect();
    assert_eq!(
        refs.len(),
        components.len() + 1,
        "each is one node of the graph"
    );
}

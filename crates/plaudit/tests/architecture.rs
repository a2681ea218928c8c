//! The house keeps its shape: who may know whom, what every package carries, where unsafe code may stand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// docs/architecture.md has the same table.
#[test]
fn crates_know_only_whom_they_may() {
    let allowed: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("plaudit-core", vec![]),
        ("plaudit-kernels", vec![]),
        ("plaudit-stats", vec!["core"]),
        ("plaudit-data", vec!["core", "stats"]),
        ("plaudit-text", vec!["core"]),
        ("plaudit-embeddings", vec!["core", "stats", "kernels"]),
        ("plaudit-metrics", vec!["core", "stats"]),
        ("plaudit-models", vec!["core", "stats", "metrics", "kernels"]),
        ("plaudit-promotion", vec!["core", "stats", "metrics"]),
        ("plaudit-insight", vec!["core", "stats"]),
        ("plaudit", vec!["core", "data", "text", "embeddings", "models", "metrics", "promotion", "insight"]),
    ]);
    let packages = packages();
    assert_eq!(packages.len(), allowed.len(), "a crate that the table does not name, or one too few");
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            let ours = other.strip_prefix("plaudit-");
            // Its recipes and benches may look at every crate.
            let recipes = name == "plaudit" && dependency["kind"] == "dev";
            if other.starts_with("plaudit") && !recipes {
                assert!(ours.is_some_and(|ours| allowed[name].contains(&ours)), "{name} may not know {other}");
            }
            if other.starts_with("candle") {
                assert_eq!(name, "plaudit-models", "{name} may not know candle");
            }
        }
    }
}

#[test]
fn every_package_is_ready_to_publish() {
    let licence = std::fs::read(root().join("LICENSE")).unwrap();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        for field in ["description", "license", "rust_version", "readme"] {
            assert!(package[field].as_str().is_some_and(|text| !text.is_empty()), "{name}: {field}");
        }
        assert_eq!(package["license"], "MIT OR Apache-2.0", "{name}");
        for field in ["keywords", "categories"] {
            let count = package[field].as_array().unwrap().len();
            assert!((1..=5).contains(&count), "{name}: {count} {field}");
        }
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned();
        assert_eq!(std::fs::read(folder.join("LICENSE")).unwrap(), licence, "{name}: LICENSE");
        for dependency in package["dependencies"].as_array().unwrap() {
            let (other, requirement) = (dependency["name"].as_str().unwrap(), dependency["req"].as_str().unwrap());
            if other.starts_with("plaudit") && dependency["kind"] != "dev" {
                assert_eq!(requirement, format!("={}", package["version"].as_str().unwrap()), "{name} -> {other}");
            }
        }
    }
}

#[test]
fn unsafe_code_stands_in_kernels_alone() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let inherits = manifest.contains("[lints]\nworkspace = true");
        assert_eq!(inherits, name != "plaudit-kernels", "{name}: the workspace's lints forbid unsafe code");
    }
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

#[test]
fn every_dependency_says_what_for() {
    let manifests = packages().into_iter().map(|p| PathBuf::from(p["manifest_path"].as_str().unwrap()));
    for manifest in manifests.chain([root().join("Cargo.toml")]) {
        let text = std::fs::read_to_string(&manifest).unwrap();
        let mut in_dependencies = false;
        let mut explained = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies");
                explained = false;
            } else if line.trim().is_empty() {
                explained = false;
            } else if line.starts_with('#') {
                explained = true; // one comment may stand over a group
            } else if in_dependencies {
                assert!(explained, "{}: no comment over `{line}`", manifest.display());
            }
        }
    }
}

//! The recipe `brand` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;

use common::{json, run, stderr};
use plaudit::brand::BrandReport;

/// Posts about two brands on two platforms: the battery is bad in all of 80, the screen good in all of 80.
fn posts() -> String {
    let mut rows = "uid\ttext\ttime\tbrand\tplatform\tlikes\n".to_owned();
    for k in 0..160 {
        let text = ["the battery is terrible", "I love this screen"][k % 2];
        let (month, day) = (1 + k / 28 % 4, 1 + k % 28);
        let (brand, platform) = (["Acme", "Bolt"][k / 2 % 2], ["weibo", "douban"][k / 4 % 2]);
        rows += &format!("{k}\t{text} {k}\t2026-{month:02}-{day:02}\t{brand}\t{platform}\t{}\n", k % 9);
    }
    rows
}

#[test]
fn from_posts_to_findings() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("posts.tsv"), posts()).unwrap();
    fs::write(
        at("config.json"),
        r#"{"clean": {"quality": {"near_duplicates": null}}, "permutations": 99, "resamples": 200}"#,
    )
    .unwrap();
    let (posts, config) = (at("posts.tsv"), at("config.json"));
    let (out, markdown) = (at("report.json"), at("report.md"));
    let base = ["--posts", &posts, "--config", &config];

    let with = [&base[..], &["--lexicon", "--dictionary", "phones", "--launch", "2026-02-15", "--out", &out]].concat();
    let found = json("brand", &with);
    assert_eq!((&found["posts"], &found["rows_used"]), (&160.into(), &160.into()));
    let report: BrandReport = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&report.findings).unwrap(), found["findings"]);
    assert_eq!(
        (found["findings"][0]["verdict"].as_str(), found["findings"][0]["subject"]["name"].as_str()),
        (Some("fix"), Some("battery"))
    );
    assert_eq!((report.launches.len(), report.posts.brands.len()), (1, 2));
    let first = fs::read(&out).unwrap();
    json("brand", &with);
    assert_eq!(fs::read(&out).unwrap(), first);

    let output = run("brand", &[&base[..], &["--out", &markdown]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let markdown = fs::read_to_string(&markdown).unwrap();
    assert!(markdown.starts_with("## Findings") && markdown.contains("There is no classifier"));
    let page = at("report.html");
    let output = run("brand", &[&with[..with.len() - 1], &[page.as_str()]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    // All in one file: nothing is fetched and nothing is run.
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("url("));
    let output = run("brand", &base);
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("Findings\n--------\n"));

    for (more, words) in [
        (&["--out", "report.txt"][..], "--out: expected a name that ends in .html, .md or .json"),
        (&["--model", "x", "--lexicon"], "--model and --lexicon: expected one of them"),
        (&["--launch", "soon"], "--launch: expected a time"),
        (&["--language", "xx"], "expected one of en, zh, und"),
        (&["--preset", "weibo", "--columns", &config], "--preset and --columns: expected one of them"),
    ] {
        let output = run("brand", &[&base[..], more].concat());
        assert!(!output.status.success() && stderr(&output).contains(words), "{}", stderr(&output));
    }
}

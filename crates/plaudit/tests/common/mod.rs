//! Recipes as processes.

use std::process::{Command, Output};

use serde_json::Value;

/// The recipe's program, which `cargo test` builds beside this test.
pub(crate) fn recipe(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.is_file(), "{} is not built: run `cargo build -p plaudit --examples`", program.display());
    Command::new(program)
}

pub(crate) fn run(name: &str, arguments: &[&str]) -> Output {
    recipe(name).args(arguments).output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs a recipe that must succeed; returns its last line as JSON.
#[allow(dead_code)] // each file of tests uses its own part
pub(crate) fn json(name: &str, arguments: &[&str]) -> Value {
    let output = run(name, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{name}: {}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

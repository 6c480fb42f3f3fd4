//! The steps that are one or two cargo commands.

use crate::cargo;

/// `cargo fmt --check`.
pub fn fmt() -> Result<(), String> {
    cargo::need_component("rustfmt", "fmt")?;
    cargo::run(&["fmt", "--all", "--check"])
}

/// `cargo clippy` on every target, a warning being an error.
pub fn clippy() -> Result<(), String> {
    cargo::need_component("clippy", "clippy")?;
    cargo::run(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// `cargo doc`, a warning being an error.
pub fn doc() -> Result<(), String> {
    let arguments = ["doc", "--workspace", "--no-deps"];
    let mut command = cargo::command(&arguments);
    command.env("RUSTDOCFLAGS", "-D warnings");
    cargo::run_with(command, &arguments)
}

/// Every set of the recorder's features, and each feature of the renderings alone.
///
/// Built package by package, because a workspace build would unite what all members ask for and
/// hide a feature that the recorder forgot to ask for itself.
pub fn features() -> Result<(), String> {
    for package in [
        "spanfire-recording",
        "spanfire-sampler",
        "spanfire-views",
        "spanfire-render",
        "spanfire-cli",
    ] {
        cargo::run(&["check", "--package", package])?;
    }
    for feature in features_of("spanfire-render")? {
        cargo::run(&["check", "--package", "spanfire-render", "--features", &feature])?;
    }
    for set in subsets(&features_of("spanfire")?) {
        let list = set.join(",");
        let base = ["check", "--package", "spanfire", "--no-default-features", "--features"];
        cargo::run(&[&base[..], &[list.as_str()]].concat())?;
    }
    Ok(())
}

fn features_of(name: &str) -> Result<Vec<String>, String> {
    let packages = cargo::packages()?;
    let package = packages.iter().find(|package| package["name"] == name);
    let features = package.and_then(|package| package["features"].as_object());
    let features = features.ok_or_else(|| format!("cargo metadata names no package {name}"))?;
    Ok(features.keys().filter(|feature| *feature != "default").cloned().collect())
}

fn subsets(all: &[String]) -> Vec<Vec<String>> {
    all.iter().fold(vec![Vec::new()], |sets, feature| {
        let with = sets.iter().map(|set| [&set[..], std::slice::from_ref(feature)].concat());
        sets.iter().cloned().chain(with).collect()
    })
}

/// Compiles the benchmarks; what they print is for `cargo bench`.
pub fn benches() -> Result<(), String> {
    cargo::run(&["check", "--package", "spanfire-benches", "--all-targets"])
}

/// The tests beside tokio-console, which have a workspace of their own: tokio tells a console nothing
/// unless everything is compiled with `tokio_unstable`, as the folder's `.cargo/config.toml` asks.
pub fn console() -> Result<(), String> {
    let arguments = ["test", "--locked"];
    let mut command = cargo::command(&arguments);
    command.current_dir(cargo::root().join("tests/tokio_console"));
    command.env("CARGO_TARGET_DIR", cargo::target_folder()?.join("tokio_console"));
    // What these hold would take the place of the folder's own.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo::run_with(command, &arguments)
}

#[cfg(test)]
mod tests {
    use super::subsets;

    #[test]
    fn every_set_of_features_is_tried_once() {
        let sets = subsets(&["a".into(), "b".into()]);
        let listed: Vec<String> = sets.iter().map(|set| set.join("+")).collect();
        assert_eq!(listed, ["", "a", "b", "a+b"]);
    }
}

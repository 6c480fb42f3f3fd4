//! Proves with `cargo metadata` that crates depend only on what they may.
//!
//! Three rules: the edges between workspace crates are those of [`EDGES`], whatever the kind of
//! dependency; the recorder links the few crates of [`RECORDER`] and no other; the peers we are
//! compared with are linked by the tests and benchmarks alone.

use crate::cargo;
use serde_json::Value;

/// What each library and the command may name, in journey order.
///
/// An edge to a crate that is already behind another edge adds no dependency: the renderings and
/// the command name the model's types, which the views hand them, from where they are defined. The
/// recorder names views and renderings for a feature alone: [`RECORDER`] has neither.
const EDGES: [(&str, &[&str]); 7] = [
    ("spanfire-recording", &[]),
    ("spanfire-sampler", &["spanfire-recording"]),
    ("spanfire", &["spanfire-recording", "spanfire-sampler", "spanfire-views", "spanfire-render"]),
    ("spanfire-views", &["spanfire-recording"]),
    ("spanfire-render", &["spanfire-views", "spanfire-recording"]),
    ("spanfire-import", &["spanfire-recording"]),
    (
        "spanfire-cli",
        &["spanfire-import", "spanfire-render", "spanfire-views", "spanfire-recording"],
    ),
];

/// Members that stand outside the journey and may use any of it.
const AROUND: [&str; 4] =
    ["spanfire-examples", "spanfire-benches", "spanfire-tests", "spanfire-fuzz"];

/// All that an application links with the recorder, with the features that are asked for.
const RECORDER: [(&str, &[&str]); 7] = [
    ("crossbeam-channel", &["std"]),
    ("libc", &[]),
    ("memmap2", &[]),
    ("quanta", &[]),
    ("spanfire-recording", &[]),
    ("tracing-core", &["std"]),
    ("tracing-subscriber", &["registry", "std"]),
];

const PEERS: [&str; 4] = ["fastrace", "puffin", "tracing-chrome", "tracing-flame"];
const PEERS_ALLOWED_IN: [&str; 2] = ["spanfire-benches", "spanfire-tests"];

/// Checks the three rules.
pub fn run() -> Result<(), String> {
    let packages: Vec<Package> = cargo::packages()?.iter().map(Package::read).collect();
    let problems = problems(&packages);
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n  ")) }
}

/// One workspace member and everything it names.
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    /// Linked by whoever links the package: neither a dev-dependency nor optional.
    linked: bool,
    default_features: bool,
    features: Vec<String>,
}

impl Package {
    fn read(package: &Value) -> Package {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let dependencies = list(&package["dependencies"]);
        let dependencies = dependencies.iter().map(|dependency| Dependency {
            name: text(&dependency["name"]),
            linked: dependency["kind"].is_null() && dependency["optional"] != true,
            default_features: dependency["uses_default_features"] == true,
            features: list(&dependency["features"]).iter().map(text).collect(),
        });
        Package { name: text(&package["name"]), dependencies: dependencies.collect() }
    }
}

fn problems(packages: &[Package]) -> Vec<String> {
    let members: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut problems = Vec::new();
    for package in packages {
        problems.extend(forbidden_edges(package, &members));
        problems.extend(misplaced_peers(package));
    }
    match packages.iter().find(|package| package.name == "spanfire") {
        Some(recorder) => problems.extend(recorder_links(recorder)),
        None => problems.push("there is no crate spanfire".into()),
    }
    problems
}

fn forbidden_edges(package: &Package, members: &[&str]) -> Vec<String> {
    if AROUND.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let allowed = EDGES.iter().find(|edge| edge.0 == package.name).map_or(&[][..], |edge| edge.1);
    let inside = package.dependencies.iter().filter(|to| members.contains(&to.name.as_str()));
    inside
        .filter(|to| !allowed.contains(&to.name.as_str()))
        .map(|to| format!("{} depends on {}, which EDGES does not have", package.name, to.name))
        .collect()
}

fn misplaced_peers(package: &Package) -> Vec<String> {
    if PEERS_ALLOWED_IN.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let peers = package.dependencies.iter().filter(|to| PEERS.contains(&to.name.as_str()));
    peers
        .map(|peer| {
            format!(
                "{} depends on the peer {}: only tests and benches may",
                package.name, peer.name
            )
        })
        .collect()
}

fn recorder_links(recorder: &Package) -> Vec<String> {
    let mut problems = Vec::new();
    let linked: Vec<_> = recorder.dependencies.iter().filter(|to| to.linked).collect();
    for dependency in &linked {
        let name = &dependency.name;
        let Some((_, features)) = RECORDER.iter().find(|allowed| allowed.0 == name) else {
            problems.push(format!("spanfire links {name}, which RECORDER does not have"));
            continue;
        };
        if dependency.default_features && name != "spanfire-recording" {
            problems.push(format!("spanfire links {name} with its default features"));
        }
        let more =
            dependency.features.iter().filter(|feature| !features.contains(&feature.as_str()));
        problems
            .extend(more.map(|feature| format!("spanfire asks {name} for the feature {feature}")));
    }
    let missing = RECORDER.iter().filter(|allowed| !linked.iter().any(|to| to.name == allowed.0));
    problems.extend(
        missing.map(|(name, _)| format!("RECORDER has {name}, which spanfire does not link")),
    );
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependency = |name: &&str| Dependency {
            name: (*name).to_owned(),
            linked: true,
            default_features: false,
            features: Vec::new(),
        };
        Package { name: name.into(), dependencies: dependencies.iter().map(dependency).collect() }
    }

    fn recorder() -> Package {
        package("spanfire", &RECORDER.map(|allowed| allowed.0))
    }

    #[test]
    fn the_edges_of_the_design_are_accepted() {
        let views = package("spanfire-views", &["spanfire-recording", "regex"]);
        assert_eq!(problems(&[recorder(), views]), [""; 0]);
    }

    #[test]
    fn a_command_that_links_the_recorder_is_refused() {
        let found = problems(&[recorder(), package("spanfire-cli", &["spanfire"])]);
        assert_eq!(found, ["spanfire-cli depends on spanfire, which EDGES does not have"]);
    }

    #[test]
    fn a_peer_outside_tests_and_benches_is_refused() {
        let found = problems(&[recorder(), package("spanfire-examples", &["puffin"])]);
        assert_eq!(
            found,
            ["spanfire-examples depends on the peer puffin: only tests and benches may"]
        );
    }

    #[test]
    fn one_more_crate_behind_the_recorder_is_refused() {
        let mut recorder = recorder();
        recorder.dependencies.extend(package("", &["anyhow"]).dependencies);
        recorder.dependencies.remove(0);
        assert_eq!(
            problems(&[recorder]),
            [
                "spanfire links anyhow, which RECORDER does not have",
                "RECORDER has crossbeam-channel, which spanfire does not link",
            ]
        );
    }

    #[test]
    fn default_features_behind_the_recorder_are_refused() {
        let mut recorder = recorder();
        let quanta = recorder.dependencies.iter_mut().find(|to| to.name == "quanta");
        quanta.expect("it is linked").default_features = true;
        assert_eq!(problems(&[recorder]), ["spanfire links quanta with its default features"]);
    }
}

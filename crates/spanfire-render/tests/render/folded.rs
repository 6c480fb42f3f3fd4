//! Folded stacks.

use super::fixture::{call_tree, callsite, hostile_callsites, recording, tree_of};
use super::written;
use spanfire_render::export::folded;
use spanfire_views::{CallTree, Names, Weight};

#[track_caller]
fn check(tree: &CallTree, weight: Weight, expected: &str) {
    assert_eq!(written(|sink| folded(tree, Names::Name, weight, sink)), expected);
}

fn service() -> CallTree {
    let callsites = [
        callsite("request", "app", 1),
        callsite("query", "sqlx", 2),
        callsite("parse", "app", 3),
        callsite("parse", "app", 4),
    ];
    call_tree(&recording(&callsites, |thread| {
        thread.span(0, |thread| {
            thread.pass(100);
            thread.span(2, |thread| thread.pass(30));
            thread.span(1, |thread| {
                thread.pass(7);
                thread.span(2, |thread| thread.pass(3));
            });
            thread.span(3, |thread| thread.pass(5));
        });
    }))
}

#[test]
fn a_line_is_a_stack_with_its_self_time_and_equal_names_get_their_place() {
    check(
        &service(),
        Weight::Busy,
        "request 100\n\
         request;parse (src/app.rs:3) 30\n\
         request;parse (src/app.rs:4) 5\n\
         request;query 7\n\
         request;query;parse (src/app.rs:3) 3\n",
    );
}

#[test]
fn counts_are_spans() {
    check(
        &service(),
        Weight::Count,
        "request 1\n\
         request;parse (src/app.rs:3) 1\n\
         request;parse (src/app.rs:4) 1\n\
         request;query 1\n\
         request;query;parse (src/app.rs:3) 1\n",
    );
}

#[test]
fn a_reversed_tree_begins_with_the_innermost_frame() {
    check(
        &service().reversed(),
        Weight::Busy,
        "parse (src/app.rs:3);query;request 3\n\
         parse (src/app.rs:3);request 30\n\
         parse (src/app.rs:4);request 5\n\
         query;request 7\n\
         request 100\n",
    );
}

/// [T59]
#[test]
fn hostile_names_keep_every_stack_on_its_line_and_the_total_exact() {
    let tree = tree_of(&hostile_callsites());
    let text = written(|sink| folded(&tree, Names::Name, Weight::Busy, sink));
    let lines: Vec<(&str, u64)> = text
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(stack, weight)| (stack, weight.parse().unwrap()))
        .collect();
    assert_eq!(lines.len(), 2 * hostile_callsites().len());
    assert_eq!(lines.iter().map(|(_, weight)| weight).sum::<u64>(), tree.total(Weight::Busy));
    for (stack, _) in lines {
        assert!((1..=2).contains(&stack.split(';').count()), "{stack}");
        assert_eq!(stack.trim(), stack);
        assert!(!stack.ends_with(" 5"), "{stack}");
    }
}

#[test]
fn a_tree_without_weight_is_an_empty_file() {
    check(&call_tree(&recording(&[], |_| {})), Weight::Busy, "");
}

//! `report`: the page around the viewer. What the viewer makes of it is looked at in `viewer/test/`.

use crate::command::Desk;

#[test]
fn a_page_stands_beside_the_recording_and_asks_for_nothing_else() {
    let desk = Desk::new();
    assert_eq!(desk.stdout(&["report", "run.spanfire"]), "run.html\n");
    let page = desk.read("run.html");
    assert!(page.contains("content=\"default-src 'none'; script-src 'sha256-"));
    // The one address in it is a name: that of SVG, for pictures that are saved.
    let page = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!page.contains("http://") && !page.contains("https://"));
    assert!(page.trim_end().ends_with("</html>"));
}

#[test]
fn the_same_recording_gives_the_same_page() {
    let desk = Desk::new();
    let first = desk.stdout(&["report", "run.spanfire", "-o", "-"]);
    assert_eq!(desk.stdout(&["report", "run.spanfire", "-o", "-"]), first);
}

#[test]
fn what_a_recording_says_stands_nowhere_as_markup() {
    let desk = Desk::new();
    let title = "</title><script>alert(1)</script>";
    let page = desk.stdout(&["report", "run.spanfire", "--title", title, "-o", "-"]);
    assert!(!page.contains("alert(1)") && !page.contains("[31m"));
}

#[test]
fn a_resolution_that_is_no_time_is_refused() {
    let desk = Desk::new();
    for resolution in ["0ns", "fine", "-1us"] {
        let flag = format!("--resolution={resolution}");
        desk.fails(&["report", "run.spanfire", &flag], 2, &["--resolution", "100ns"]);
    }
}

#[test]
fn a_time_in_which_nothing_is_makes_no_page() {
    let desk = Desk::new();
    let flags = ["report", "run.spanfire", "--from", "10s", "--to", "11s"];
    desk.fails(&flags, 2, &["the selection holds no spans to show"]);
}

//! Wall time, or processor time: a row for each arm.

use super::scale::Scale;
use super::{MARGIN, PLOT, TEXT, WIDTH};
use crate::chart::labels::fitted;
use crate::chart::svg::{Area, Px, Svg};
use crate::duration;
use crate::experiment::{Tried, text};
use spanfire_views::{Arm, Claim, Comparison, Effect, Measured, Ratio};

/// From one row to the next.
const ROW: f64 = 24.0;
/// From the panel's upper edge to its first row: a line of text.
const TOP: f64 = 38.0;
/// Between two labels of the axis.
const TICKS_APART: f64 = 50.0;

pub(super) struct Panel<'a> {
    pub tried: &'a Tried,
    pub measured: Measured,
    pub scale: &'a Scale,
}

/// What a row shows.
struct Row {
    label: String,
    class: &'static str,
    typical: Option<f64>,
    ratio: Option<Ratio>,
    says: String,
}

impl Panel<'_> {
    /// Draws it below `top`, where there is anything to draw; the result is its lower edge.
    pub fn draw(&self, top: f64, svg: &mut Svg) -> f64 {
        let rows = self.rows();
        if rows.is_empty() {
            return top;
        }
        let plot = Area {
            x: PLOT.0,
            y: top + TOP,
            width: PLOT.1 - PLOT.0,
            height: rows.len() as f64 * ROW + 6.0,
        };
        svg.text("measured", MARGIN, top + TOP - 9.0, &self.heading());
        svg.rect("plot", plot);
        self.band(plot, svg);
        self.axis(plot, svg);
        for (row, y) in rows.iter().zip((0..).map(|index| plot.y + 3.0 + f64::from(index) * ROW)) {
            self.row(row, y + ROW / 2.0, svg);
        }
        plot.y + plot.height + 18.0
    }

    fn heading(&self) -> String {
        let what = match self.measured {
            Measured::Wall => "Wall time",
            Measured::Cpu => "CPU time",
        };
        let effects = self.tried.findings.effects.iter();
        let mut off = effects.filter(|effect| effect.arm == Arm::Off);
        match off.find_map(|off| self.side(off)) {
            Some(off) => format!("{what}: {} without a recorder", duration(off.median_ns)),
            None => what.to_owned(),
        }
    }

    fn side(&self, effect: &Effect) -> Option<Comparison> {
        match self.measured {
            Measured::Wall => effect.wall,
            Measured::Cpu => effect.cpu,
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for effect in &self.tried.findings.effects {
            let Some(side) = self.side(effect).filter(|_| effect.arm != Arm::Off) else { continue };
            rows.push(Row {
                label: effect.arm.name(),
                class: class(side.claim),
                typical: side.typical,
                ratio: side.ratio,
                says: text::verdict(&side),
            });
            rows.extend((effect.arm == Arm::On).then(|| self.residual()).flatten());
        }
        rows
    }

    /// The recorded arm without what its recordings say they cost.
    fn residual(&self) -> Option<Row> {
        let found = self.tried.findings.additivity?;
        let ratio = match self.measured {
            Measured::Wall => found.wall,
            Measured::Cpu => found.cpu,
        }?;
        Some(Row {
            label: "on, less account".to_owned(),
            class: "left",
            typical: None,
            ratio: Some(ratio),
            says: format!("left: {}", text::with_interval(&ratio)),
        })
    }

    fn band(&self, plot: Area, svg: &mut Svg) {
        let findings = &self.tried.findings;
        let band = match self.measured {
            Measured::Wall => findings.wall_band,
            Measured::Cpu => findings.cpu_band,
        };
        let Some(band) = band else { return };
        let [from, to] = [1.0 / band, band].map(|ratio| self.scale.at(ratio - 1.0));
        let area = Area { x: from, width: to - from, ..plot };
        svg.raw(format_args!("<rect class=\"chance\" {area}>"));
        svg.title(&format!("A/A band: chance makes up to ±{:.1} %", (band - 1.0) * 100.0));
        svg.raw(format_args!("</rect>"));
    }

    fn axis(&self, plot: Area, svg: &mut Svg) {
        let bottom = plot.y + plot.height;
        for change in self.scale.ticks(TICKS_APART) {
            let x = self.scale.at(change);
            let class = if change == 0.0 { "zero" } else { "grid" };
            let (left, top, height) = (Px(x), Px(plot.y), Px(plot.height));
            svg.raw(format_args!("<path class=\"{class}\" d=\"M{left} {top}v{height}\"/>"));
            svg.text("tick", x, bottom + 13.0, &label(change));
        }
    }

    fn row(&self, row: &Row, y: f64, svg: &mut Svg) {
        let room = PLOT.0 - MARGIN - 8.0;
        let label = fitted(&row.label, room, TEXT).unwrap_or_default();
        svg.text("arm", MARGIN, y + 4.0, &label);
        svg.raw(format_args!("<g class=\"{}\">", row.class));
        svg.title(&format!("{}: {}", row.label, row.says));
        if let Some(ratio) = row.ratio {
            let [low, high] = [ratio.low, ratio.high].map(|ratio| self.scale.at(ratio - 1.0));
            svg.raw(format_args!(
                "<path class=\"interval\" d=\"M{0} {2}H{1}M{0} {3}v8M{1} {3}v8\"/>",
                Px(low),
                Px(high),
                Px(y),
                Px(y - 4.0)
            ));
        }
        if let Some(typical) = row.ratio.map(|ratio| ratio.ratio).or(row.typical) {
            let (x, y) = (Px(self.scale.at(typical - 1.0)), Px(y));
            match row.class {
                "left" => svg
                    .raw(format_args!("<path class=\"dot\" d=\"M{x} {y}m-5 0l5 -5l5 5l-5 5z\"/>")),
                _ => {
                    svg.raw(format_args!("<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"4.5\"/>"))
                }
            }
        }
        svg.raw(format_args!("</g>\n"));
        let room = WIDTH - MARGIN - PLOT.1 - 12.0;
        let says = fitted(&row.says, room, TEXT).unwrap_or_default();
        svg.text(&format!("says {}", row.class), PLOT.1 + 12.0, y + 4.0, &says);
    }
}

fn class(claim: Claim) -> &'static str {
    match claim {
        Claim::Reference => "chance-row",
        Claim::Costs => "costs",
        Claim::Saves => "saves",
        Claim::NoneShown => "none",
        Claim::Unclear => "unclear",
        Claim::TooFew => "few",
    }
}

/// `+5 %`; as many decimals as a tick has.
fn label(change: f64) -> String {
    let percent = change.abs() * 100.0;
    let decimals = if percent < 0.095 { 2 } else { usize::from(percent < 0.95) };
    let sign = match change {
        change if change < 0.0 => "−",
        change if change > 0.0 => "+",
        _ => "",
    };
    match percent {
        0.0 => "0".to_owned(),
        percent if percent >= 100_000.0 => format!("{sign}{percent:.0e} %"),
        percent => format!("{sign}{percent:.decimals$} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::labels::width;

    #[test]
    fn labels_of_the_axis_are_short() {
        let labels = [-0.01, 0.0, 0.002, 0.05, 12.0].map(label);
        assert_eq!(labels, ["−1 %", "0", "+0.2 %", "+5 %", "+1200 %"]);
        assert!(labels.iter().all(|label| width(label, 10.5) <= TICKS_APART));
    }
}

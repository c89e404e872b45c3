//! All figures as JSON, for other programs and for comparison with later runs.

use serde_json::{Value, json};

use crate::load::Measured;
use crate::report::whole::Report;

/// The report as JSON.
pub(crate) fn to_json(report: &Report) -> Value {
    let machine = &report.machine;
    let cases: Vec<Value> = report
        .results
        .iter()
        .map(|(name, repeats)| {
            let statements = report.statements.iter().find(|(case, _)| case == name);
            json!({
                "case": name,
                "statements_per_call": statements.map(|(_, count)| count),
                "repeats": repeats.iter().map(repeat).collect::<Vec<_>>(),
            })
        })
        .collect();
    let ratios: Vec<Value> = report
        .ratios
        .iter()
        .map(|ratio| {
            json!({
                "ratio": ratio.target.name,
                "above": ratio.target.above,
                "below": ratio.target.below,
                "median": ratio.spread.median,
                "min": ratio.spread.min,
                "max": ratio.spread.max,
                "must": ratio.target.must,
                "ambitious": ratio.target.ambitious,
                "met": ratio.verdict().as_str(),
            })
        })
        .collect();
    let figures: Vec<Value> = report
        .figures
        .iter()
        .map(|figure| {
            json!({
                "figure": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "must": figure.must,
                "ambitious": figure.ambitious,
                "met": figure.verdict().as_str(),
            })
        })
        .collect();
    json!({
        "date": machine.date,
        "commit": machine.commit,
        "cpu": machine.cpu,
        "cores": machine.cores,
        "memory_mib": machine.memory_mib,
        "load_average_before": machine.load_before,
        "database": machine.database,
        "setup": report.setup,
        "notes": report.notes,
        "ratios": ratios,
        "figures": figures,
        "cases": cases,
    })
}

fn repeat(measured: &Measured) -> Value {
    json!({
        "per_second": measured.rate,
        "p50_ms": measured.p50_ms,
        "p99_ms": measured.p99_ms,
        "server_cpu_us": measured.server_us,
        "database_cpu_us": measured.database_us,
        "load_cpu_us": measured.load_us,
        "accepted": measured.accepted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repeat_is_written() {
        let mut report = Report::default();
        for rate in [1.0, 2.0] {
            let measured = Measured {
                rate,
                ..Measured::default()
            };
            report.results.add("a".to_owned(), measured);
        }
        let json = to_json(&report);
        assert_eq!(json["cases"][0]["case"], "a");
        assert_eq!(json["cases"][0]["repeats"][1]["per_second"], 2.0);
        assert!(json["cases"][0]["statements_per_call"].is_null());
    }
}

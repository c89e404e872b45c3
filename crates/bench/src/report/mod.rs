//! What was measured: tables, JSON and a picture.

mod figure;
mod json;
mod page;
mod ratio;
mod results;
mod svg;
mod table;
mod verdict;
mod whole;

pub(crate) use figure::Figure;
pub(crate) use json::to_json;
pub(crate) use page::replace_between_markers;
pub(crate) use ratio::{Measure, Target};
pub(crate) use results::Results;
pub(crate) use svg::draw;
pub(crate) use table::to_text;
pub(crate) use whole::Report;

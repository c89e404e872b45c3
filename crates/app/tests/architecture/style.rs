//! Length, and one order of imports and derives.

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemFn, ItemMod};

use crate::graph::is_test;
use crate::source::{Source, crate_names, sources};

/// The most lines of a source file: what one sitting can take in.
const LONGEST_FILE: usize = 400;

/// The most lines of a function, tests excepted.
const LONGEST_FUNCTION: usize = 70;

/// The order of derives; what is not listed comes after these.
const DERIVES: [&str; 9] = [
    "Debug",
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Default",
];

/// Runs a check over every source file and fails with what it found.
fn check(find: impl Fn(&Source) -> Vec<String>) {
    let mut wrong = Vec::new();
    let mut files = 0;
    for krate in crate_names() {
        for source in sources(&krate).values() {
            files += 1;
            let found = find(source);
            wrong.extend(
                found
                    .into_iter()
                    .map(|what| format!("{}{what}", source.path)),
            );
        }
    }
    assert!(files > 300, "only {files} files were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_source_file_is_longer_than_one_sitting() {
    check(|source| {
        let lines = source.text.lines().count();
        let is_long = lines > LONGEST_FILE;
        is_long
            .then(|| format!(" has {lines} lines"))
            .into_iter()
            .collect()
    });
}

#[test]
fn no_function_is_longer_than_a_page() {
    check(|source| {
        let mut long = LongFunctions(Vec::new());
        long.visit_file(&source.syntax);
        long.0
    });
}

struct LongFunctions(Vec<String>);

impl LongFunctions {
    fn look(&mut self, name: &syn::Ident, block: &Block) {
        let LineColumn { line: first, .. } = block.span().start();
        let lines = block.span().end().line.saturating_sub(first) + 1;
        if lines > LONGEST_FUNCTION {
            self.0.push(format!(":{first}: {name} has {lines} lines"));
        }
    }
}

impl<'ast> Visit<'ast> for LongFunctions {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.look(&item.sig.ident, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.look(&item.sig.ident, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

#[test]
fn imports_come_in_three_groups() {
    check(|source| {
        let mut wrong = Vec::new();
        let mut last = 0;
        for (index, line) in source.text.lines().enumerate() {
            let Some(path) = line.strip_prefix("use ") else {
                // Another item ends the block of imports.
                if !line.starts_with([' ', '}']) && !line.is_empty() {
                    last = 0;
                }
                continue;
            };
            let root = path.split([':', ';', ' ']).next().unwrap_or_default();
            let group = match root {
                "std" | "core" | "alloc" => 1,
                "crate" | "super" | "self" => 3,
                _ => 2,
            };
            if group < last {
                wrong.push(format!(":{}: {path}", index + 1));
            }
            last = group;
        }
        wrong
    });
}

#[test]
fn derives_come_in_one_order() {
    check(|source| {
        let mut derives = Derives(Vec::new());
        derives.visit_file(&source.syntax);
        derives.0
    });
}

struct Derives(Vec<String>);

impl<'ast> Visit<'ast> for Derives {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("derive") {
            return;
        }
        let mut order = Vec::new();
        let read = attribute.parse_nested_meta(|meta| {
            let name = meta.path.segments.last().unwrap().ident.to_string();
            let place = DERIVES.iter().position(|it| **it == name);
            order.push(place.unwrap_or(DERIVES.len()));
            Ok(())
        });
        let line = attribute.span().start().line;
        assert!(read.is_ok(), "line {line}: a derive that cannot be read");
        if !order.is_sorted() {
            self.0.push(format!(":{line}: derives are out of order"));
        }
    }
}

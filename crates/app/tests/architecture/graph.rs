//! Which module of a crate uses which, read from its `use` declarations and its paths.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, File, ItemMacro, ItemMod, ItemUse, Macro, UseTree, Visibility};

use crate::source::Source;

/// A module's path below its crate.
pub(crate) type Module = Vec<String>;

/// The arrows between the modules of a crate: each module with those it uses.
pub(crate) type Arrows = BTreeMap<Module, BTreeSet<Module>>;

/// Reads the arrows of a crate. A name that a parent re-exports counts as its child's.
pub(crate) fn arrows(sources: &BTreeMap<Module, Source>) -> Arrows {
    let exports: BTreeMap<&Module, Vec<(String, Module)>> = sources
        .iter()
        .map(|(module, source)| (module, re_exports(module, &source.syntax)))
        .collect();
    sources
        .iter()
        .map(|(module, source)| {
            let used = used_paths(module, &source.syntax);
            let targets = used
                .iter()
                .filter_map(|path| target(path, sources, &exports))
                .filter(|target| target != module && !target.is_empty())
                .collect();
            (module.clone(), targets)
        })
        .collect()
}

/// The module that defines what a path names.
fn target(
    path: &[String],
    sources: &BTreeMap<Module, Source>,
    exports: &BTreeMap<&Module, Vec<(String, Module)>>,
) -> Option<Module> {
    let depth = (0..=path.len())
        .rev()
        .find(|depth| sources.contains_key(&path[..*depth]))?;
    let module = path[..depth].to_vec();
    let Some(name) = path.get(depth) else {
        return Some(module);
    };
    let exported = exports[&module].iter().find(|(export, _)| export == name);
    match exported {
        Some((_, origin)) if origin != path => target(origin, sources, exports),
        _ => Some(module),
    }
}

/// What a module re-exports: each name with the path it comes from.
fn re_exports(module: &Module, file: &File) -> Vec<(String, Module)> {
    let mut found = Vec::new();
    for item in &file.items {
        let syn::Item::Use(item) = item else { continue };
        if matches!(item.vis, Visibility::Inherited) {
            continue;
        }
        for path in flatten(&item.tree) {
            if let (Some(name), Some(origin)) =
                (path.last().cloned(), absolute(module, file, &path))
            {
                found.push((name, origin));
            }
        }
    }
    found
}

/// Every path into its own crate that a file names outside of its tests.
fn used_paths(module: &Module, file: &File) -> BTreeSet<Module> {
    let mut paths = Paths {
        module,
        file,
        found: BTreeSet::new(),
    };
    paths.visit_file(file);
    paths.found
}

struct Paths<'a> {
    module: &'a Module,
    file: &'a File,
    found: BTreeSet<Module>,
}

impl Paths<'_> {
    fn add(&mut self, path: &[String]) {
        self.found.extend(absolute(self.module, self.file, path));
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // A parent that re-exports its children does not use them.
        if matches!(item.vis, Visibility::Inherited) && !is_test(&item.attrs) {
            for path in flatten(&item.tree) {
                self.add(&path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Module = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if matches!(parts[0].as_str(), "crate" | "super" | "self") && parts.len() > 1 {
            self.add(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        // What a macro's definition names is used where the macro is called.
        if item.ident.is_none() {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let tokens = call.tokens.to_string();
        // Tokens are printed with spaces between them, so that a path is `a :: b`.
        let tokens = tokens
            .replace(" :: ", "::")
            .replace(":: ", "::")
            .replace(" ::", "::");
        for word in tokens.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')) {
            let parts: Module = word.split("::").map(str::to_owned).collect();
            if parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) {
                self.add(&parts);
            }
        }
    }
}

/// Whether an item exists in tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|it| it == "test")
    })
}

/// A path below the crate; `None` for one that leads out of it.
fn absolute(module: &Module, file: &File, path: &[String]) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let parent = &module[..module.len().checked_sub(1)?];
            match rest.first().map(String::as_str) {
                Some("super") => absolute(&parent.to_vec(), file, rest),
                _ => Some([parent, rest].concat()),
            }
        }
        child => declares(file, child).then(|| [module, path].concat()),
    }
}

fn declares(file: &File, child: &str) -> bool {
    file.items
        .iter()
        .any(|item| matches!(item, syn::Item::Mod(item) if item.ident == child))
}

/// The paths of a `use` declaration, one for each name.
fn flatten(tree: &UseTree) -> Vec<Module> {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            let rest = flatten(&path.tree);
            rest.into_iter()
                .map(|rest| {
                    let rest = if rest == ["self"] { Vec::new() } else { rest };
                    [vec![first.clone()], rest].concat()
                })
                .collect()
        }
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(rename) => vec![vec![rename.ident.to_string()]],
        UseTree::Glob(_) => vec![Vec::new()],
        UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
    }
}

/// The modules that can reach themselves, each circle once, in the order of their names.
pub(crate) fn circles(arrows: &Arrows) -> Vec<BTreeSet<Module>> {
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = arrows
        .keys()
        .map(|module| (module, reachable(arrows, module)))
        .collect();
    let circles: BTreeSet<BTreeSet<Module>> = arrows
        .keys()
        .filter(|module| reach[module].contains(module))
        .map(|module| {
            let circle = reach[module]
                .iter()
                .filter(|it| reach[*it].contains(module));
            circle.map(|it| (*it).clone()).collect()
        })
        .collect();
    circles.into_iter().collect()
}

fn reachable<'a>(arrows: &'a Arrows, from: &Module) -> BTreeSet<&'a Module> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Module> = arrows[from].iter().collect();
    while let Some(module) = open.pop() {
        if found.insert(module) {
            open.extend(arrows.get(module).into_iter().flatten());
        }
    }
    found
}

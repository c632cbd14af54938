//! What a reader of the crates counts on and a parser can see: rooms without circles, the common words, sentences that
//! stand alone, and calls that are compiled where they are made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Fields, File, ImplItem, ImplItemFn, Item, TraitItem, Visibility};

use super::Tree;

/// Words that another one is used for, in the crates of the clients.
const WORDS: &[(&str, &str)] = &[
    ("Started", "Accepted"),
    ("StartedAll", "Accepted"),
    ("Deleted", "Accepted"),
    ("WithWork", "Accepted"),
    ("ClusterWork", "Accepted"),
    ("VerificationWork", "Accepted"),
    ("Deploying", "Accepted"),
    ("Removal", "Accepted"),
    ("StartedJob", "Accepted"),
    ("ZoneRoom", "ZoneHandle"),
    ("ProjectRoom", "ProjectHandle"),
    ("Vpses", "VpsGroup"),
    ("Wish", "the field's word"),
    ("Fate", "the field's word"),
    ("Kept", "the field's word"),
    ("sibling", "with_dialect"),
    ("warnings", "explain"),
    ("from_clouds_yaml", "from_profile"),
];

/// The crates whose names the list of words is about.
const CLIENTS: [&str; 6] = [
    "cloud-core",
    "hetzner",
    "ovh",
    "sahara",
    "vdk-control",
    "ionos-dataplatform",
];

/// What a method gives that makes a call, beside lists.
const CALLS: [&str; 3] = ["Call", "Task", "Waiter"];

/// The fewest words of the first sentence of a documentation.
const WORDS_OF_A_SENTENCE: usize = 4;

/// Looks at every source file of every crate, and gives the number of rooms.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) -> usize {
    let mut arrows: BTreeMap<&str, Arrows> = BTreeMap::new();
    for (name, text) in tree.texts() {
        let is_source = Path::new(name).extension().is_some_and(|end| end == "rs");
        let Some((krate, inside)) = name
            .strip_prefix("crates/")
            .and_then(|rest| rest.split_once("/src/"))
            .filter(|_| is_source)
        else {
            continue;
        };
        if inside.ends_with("mod.rs") {
            faults.push(format!("{name}: is a file beside its folder elsewhere"));
        }
        let file = match syn::parse_file(text) {
            Ok(file) => file,
            Err(error) => {
                faults.push(format!("{name}: {error}"));
                continue;
            }
        };
        // What only tests see is no part of a room.
        if inside.ends_with("tests.rs") || inside.contains("/tests/") {
            continue;
        }
        let room = inside.split(['/', '.']).next().unwrap_or(inside);
        let at_the_top = !inside.contains('/');
        let seen = arrows.entry(krate).or_default();
        seen.entry(room.to_owned()).or_default();
        if !matches!(room, "lib" | "main") {
            let tokens = without_tests(&file);
            let to = seen.entry(room.to_owned()).or_default();
            follow(tokens, at_the_top, to);
        }
        if CLIENTS.contains(&krate) {
            let mut names = Names { name, faults };
            names.items(&file.items);
        }
    }
    let mut rooms = 0;
    for (krate, mut arrows) in arrows {
        // The front page of a crate, and what only joins rows of its rooms.
        for joined in ["lib", "main", "ops"] {
            arrows.remove(joined);
        }
        rooms += arrows.len();
        for circle in circles(&arrows) {
            let rooms: Vec<_> = circle.into_iter().collect();
            faults.push(format!("crates/{krate}: a circle of {}", rooms.join(", ")));
        }
    }
    rooms
}

/// From each room to those that it names.
type Arrows = BTreeMap<String, BTreeSet<String>>;

fn without_tests(file: &File) -> TokenStream {
    let items = file.items.iter().filter(|item| !is_test(attributes(item)));
    items.map(ToTokens::to_token_stream).collect()
}

fn is_test(attributes: &[Attribute]) -> bool {
    let mut of_cfg = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    of_cfg.any(|attribute| {
        let condition = attribute.meta.to_token_stream().to_string();
        matches!(
            condition.replace(' ', "").as_str(),
            "cfg(test)" | "cfg(doc)"
        )
    })
}

/// Notes what stands behind `crate::`, in tokens of any kind: paths, imports and arguments of macros.
fn follow(tokens: TokenStream, at_the_top: bool, to: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            follow(group.stream(), at_the_top, to);
            continue;
        }
        let TokenTree::Ident(word) = token else {
            continue;
        };
        // In a file at the top, `super` is the crate.
        let is_root = word == "crate" || at_the_top && word == "super";
        let colons = tokens.get(at + 1..at + 3).is_some_and(|next| {
            next.iter()
                .all(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':'))
        });
        if !is_root || !colons {
            continue;
        }
        match tokens.get(at + 3) {
            Some(TokenTree::Ident(room)) => {
                to.insert(room.to_string());
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let mut first = true;
                for token in group.stream() {
                    match token {
                        TokenTree::Ident(room) if first => {
                            to.insert(room.to_string());
                            first = false;
                        }
                        TokenTree::Punct(mark) if mark.as_char() == ',' => first = true,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The sets of rooms that lead to one another.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<&str>> {
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut left = vec![from.to_owned()];
        while let Some(room) = left.pop() {
            for to in arrows.get(&room).into_iter().flatten() {
                if arrows.contains_key(to) && to != &room && seen.insert(to.clone()) {
                    left.push(to.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<String>> = arrows
        .keys()
        .map(|room| (room.as_str(), reach(room)))
        .collect();
    let mut circles: Vec<BTreeSet<&str>> = Vec::new();
    for (room, there) in &reached {
        if !there.contains(*room) || circles.iter().any(|circle| circle.contains(room)) {
            continue;
        }
        let both = reached
            .iter()
            .filter(|(other, back)| there.contains(**other) && back.contains(*room));
        circles.push(both.map(|(other, _)| *other).chain([*room]).collect());
    }
    circles
}

/// The public names of a file, and what is said of them.
struct Names<'f> {
    name: &'f str,
    faults: &'f mut Vec<String>,
}

impl Names<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Struct(it) => {
                    self.named(&it.vis, &it.ident, &it.attrs);
                    if is_public(&it.vis) {
                        self.fields(&it.fields);
                    }
                }
                Item::Enum(it) => {
                    self.named(&it.vis, &it.ident, &it.attrs);
                    if is_public(&it.vis) {
                        for variant in &it.variants {
                            self.documented(&variant.ident, &variant.attrs);
                            self.fields(&variant.fields);
                        }
                    }
                }
                Item::Fn(it) => self.named(&it.vis, &it.sig.ident, &it.attrs),
                Item::Type(it) => self.named(&it.vis, &it.ident, &it.attrs),
                Item::Const(it) => self.named(&it.vis, &it.ident, &it.attrs),
                Item::Static(it) => self.named(&it.vis, &it.ident, &it.attrs),
                Item::Trait(it) => {
                    self.named(&it.vis, &it.ident, &it.attrs);
                    for item in &it.items {
                        if let (TraitItem::Fn(method), true) = (item, is_public(&it.vis)) {
                            self.documented(&method.sig.ident, &method.attrs);
                        }
                    }
                }
                // The methods of a trait are documented where the trait is.
                Item::Impl(it) if it.trait_.is_none() => {
                    for item in &it.items {
                        match item {
                            ImplItem::Fn(method) => {
                                self.named(&method.vis, &method.sig.ident, &method.attrs);
                                if !has_types(&it.generics) {
                                    self.compiled_where_called(method);
                                }
                            }
                            ImplItem::Const(it) => self.named(&it.vis, &it.ident, &it.attrs),
                            _ => {}
                        }
                    }
                }
                Item::Mod(it) => {
                    if let Some((_, items)) = &it.content {
                        self.items(items);
                    }
                }
                _ => {}
            }
        }
    }

    /// A method that makes a call and is compiled with its crate brings the decoding of the answer and the task of the call
    /// into every program, whatever that calls.
    fn compiled_where_called(&mut self, method: &ImplItemFn) {
        let syn::ReturnType::Type(_, output) = &method.sig.output else {
            return;
        };
        let syn::Type::Path(output) = &**output else {
            return;
        };
        let makes_a_call = output.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            name.starts_with("List") || CALLS.contains(&name.as_str())
        });
        let mut arguments = method.sig.inputs.iter();
        let is_generic = has_types(&method.sig.generics)
            || arguments.any(|argument| argument.to_token_stream().to_string().contains("impl "));
        let mut attributes = method.attrs.iter();
        let is_inline = attributes.any(|attribute| attribute.path().is_ident("inline"));
        if makes_a_call && !is_generic && !is_inline {
            let ident = &method.sig.ident;
            let (file, line) = (self.name, ident.span().start().line);
            self.faults.push(format!(
                "{file}:{line}: `{ident}` makes a call and is not #[inline], so every program holds it"
            ));
        }
    }

    fn fields(&mut self, fields: &Fields) {
        for field in fields.iter().filter(|field| is_public(&field.vis)) {
            if let Some(name) = &field.ident {
                self.documented(name, &field.attrs);
            }
        }
    }

    fn named(&mut self, seen: &Visibility, ident: &syn::Ident, attrs: &[Attribute]) {
        if let Some((word, instead)) = WORDS.iter().find(|(word, _)| ident == word) {
            let (file, line) = (self.name, ident.span().start().line);
            self.faults.push(format!(
                "{file}:{line}: `{word}` has another word, {instead}"
            ));
        }
        if is_public(seen) {
            self.documented(ident, attrs);
        }
    }

    /// A sentence that stands alone where an editor shows it.
    fn documented(&mut self, ident: &syn::Ident, attrs: &[Attribute]) {
        let Some(text) = documentation(attrs) else {
            return;
        };
        let first = text.split(". ").next().unwrap_or_default();
        let words = first.split_whitespace().count();
        if words > 0 && words < WORDS_OF_A_SENTENCE {
            let (file, line) = (self.name, ident.span().start().line);
            self.faults.push(format!(
                "{file}:{line}: `{ident}` says no more than {first:?}"
            ));
        }
    }
}

/// The first paragraph, unless a macro writes it.
fn documentation(attrs: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
    {
        let syn::Meta::NameValue(doc) = &attribute.meta else {
            // `#[doc(hidden)]`
            return None;
        };
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = &doc.value
        else {
            return None;
        };
        let text = text.value();
        if text.trim().is_empty() {
            break;
        }
        lines.push(text.trim().to_owned());
    }
    Some(lines.join(" "))
}

/// Without types of its own something is compiled once, with its crate.
fn has_types(generics: &syn::Generics) -> bool {
    generics.type_params().next().is_some()
}

fn is_public(seen: &Visibility) -> bool {
    matches!(seen, Visibility::Public(_))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests;

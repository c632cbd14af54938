//! What a form says, field by field, and what is wrong with it.

use super::error::Refusal;
use super::form::{Fields, Node};

pub(super) struct Input {
    fields: Fields,
    missing: Vec<String>,
    invalid: Vec<String>,
}

impl Input {
    pub(super) fn new(fields: Fields) -> Self {
        Self {
            fields,
            missing: Vec::new(),
            invalid: Vec::new(),
        }
    }

    pub(super) fn node(&self, name: &str) -> Option<&Node> {
        let field = self.fields.iter().find(|(key, _)| key == name);
        field.map(|(_, node)| node)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.node(name).is_some()
    }

    /// A text that is there, perhaps an empty one.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.node(name) {
            Some(Node::Text(text)) => Some(text.clone()),
            Some(Node::Array(_)) => {
                self.refuse(name);
                None
            }
            None => None,
        }
    }

    /// A text that must not be empty either: a vSwitch whose name was sent empty lacks a name, as
    /// strng-solutions/terraform-provider-hetzner-robot#4 has it.
    pub(super) fn required(&mut self, name: &str) -> String {
        let text = self.text(name).unwrap_or_default();
        if text.is_empty() && !self.invalid.iter().any(|known| known == name) {
            self.lack(name);
        }
        text
    }

    /// A text that is not empty, or nothing.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.text(name)?.as_str() {
            // The documentation has the words; clients send the digits too.
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.refuse(name);
                None
            }
        }
    }

    pub(super) fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let number = self.text(name)?.parse().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(name);
        }
        number
    }

    /// The texts of a list, which may be a single one without brackets.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let mut list = Vec::new();
        let mut is_flat = true;
        match self.node(name) {
            None => {}
            // hrobot-go of syself and ubicloud send a single key without brackets.
            Some(Node::Text(text)) => list.push(text.clone()),
            Some(Node::Array(inner)) => {
                for (_, node) in inner {
                    match node {
                        Node::Text(text) => list.push(text.clone()),
                        Node::Array(_) => is_flat = false,
                    }
                }
            }
        }
        if !is_flat {
            self.refuse(name);
        }
        list.retain(|text| !text.is_empty());
        list
    }

    pub(super) fn lack(&mut self, name: &str) {
        self.missing.push(name.to_owned());
    }

    pub(super) fn refuse(&mut self, name: &str) {
        if !self.invalid.iter().any(|known| known == name) {
            self.invalid.push(name.to_owned());
        }
    }

    /// Refuses the request if anything was missing or invalid.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        if self.missing.is_empty() && self.invalid.is_empty() {
            return Ok(());
        }
        Err(Refusal::invalid_input(
            self.missing.clone(),
            self.invalid.clone(),
        ))
    }
}

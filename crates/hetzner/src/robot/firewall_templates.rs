//! Templates of firewalls.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::firewalls::{FirewallRules, check_rules};
use super::ids::FirewallTemplateId;
use super::ops;
use super::wire::{list_of, object};

/// A template of firewalls. Lists leave out its rules; [`get`](FirewallTemplates::get) tells them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallTemplate {
    /// The number of the template.
    pub id: FirewallTemplateId,
    /// The name of the template.
    pub name: String,
    /// Whether it looks at IPv6 too.
    pub filter_ipv6: bool,
    /// Whether the services of Hetzner may pass.
    pub whitelist_hos: bool,
    /// Whether new servers get it.
    pub is_default: bool,
    /// What it lets pass; empty in lists.
    #[serde(deserialize_with = "object")]
    pub rules: FirewallRules,
}

impl Client {
    /// The templates that firewalls are made from.
    pub fn firewall_templates(&self) -> FirewallTemplates<'_> {
        FirewallTemplates(self)
    }
}

/// The calls about templates of firewalls, under `/firewall/template`.
#[derive(Clone, Copy, Debug)]
pub struct FirewallTemplates<'a>(&'a Client);

impl FirewallTemplates<'_> {
    /// Lists templates, without their rules (`GET /firewall/template`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListFirewallTemplates {
        let list = list_of!(FirewallTemplate, in "firewall_template");
        ListFirewallTemplates::new(self.0.list(&ops::FIREWALL_TEMPLATE_LIST, list))
    }

    /// Creates a template (`POST /firewall/template`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput).
    pub fn create(self, name: impl Into<String>, rules: FirewallRules) -> WriteFirewallTemplate {
        let operation = &ops::FIREWALL_TEMPLATE_CREATE;
        let call = self.0.one(operation, "firewall_template");
        WriteFirewallTemplate::new(call, name.into(), rules, false, false)
    }

    /// One template, with its rules (`GET /firewall/template/{template-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, id: impl Into<FirewallTemplateId>) -> Call<FirewallTemplate> {
        let operation = &ops::FIREWALL_TEMPLATE_GET;
        self.0.one(operation, "firewall_template").arg(id.into())
    }

    /// Sets a template as a whole, in place of all that it was (`POST /firewall/template/{template-id}`). Servers that were
    /// set by it stay as they are.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), [`InvalidInput`](ErrorCode::InvalidInput).
    pub fn replace(
        self,
        id: impl Into<FirewallTemplateId>,
        name: impl Into<String>,
        rules: FirewallRules,
    ) -> WriteFirewallTemplate {
        let operation = &ops::FIREWALL_TEMPLATE_REPLACE;
        let call = self.0.one(operation, "firewall_template").arg(id.into());
        WriteFirewallTemplate::new(call, name.into(), rules, false, false)
    }

    /// Deletes a template (`DELETE /firewall/template/{template-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn delete(self, id: impl Into<FirewallTemplateId>) -> Call<()> {
        let operation = &ops::FIREWALL_TEMPLATE_DELETE;
        self.0.call(operation, Decode::nothing()).arg(id.into())
    }
}

cloud_core::list_request! {
    /// Lists templates; made by [`FirewallTemplates::list`].
    pub struct ListFirewallTemplates => FirewallTemplate;
}

cloud_core::request! {
    /// Writes a template; made by [`FirewallTemplates::create`] and [`FirewallTemplates::replace`].
    pub struct WriteFirewallTemplate => FirewallTemplate as form;
    required {
        name: String,
        rules: FirewallRules,
        // The service wants these two in each request, and `filter_ipv6` not.
        whitelist_hos: bool,
        is_default: bool,
    }
    opt {
        /// Whether it looks at IPv6 too; all of IPv6 passes unless it does.
        filter_ipv6: bool,
    }
    check |this: &Self| check_rules(&this.rules);
}

impl WriteFirewallTemplate {
    /// Whether the services of Hetzner may pass; they may not unless set.
    pub fn whitelist_hos(mut self, whitelist: bool) -> Self {
        self.whitelist_hos = whitelist;
        self
    }

    /// Whether new servers get it; they do not unless set.
    pub fn is_default(mut self, is_default: bool) -> Self {
        self.is_default = is_default;
        self
    }
}

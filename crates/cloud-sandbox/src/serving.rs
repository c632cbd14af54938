//! How a port is served.

use std::path::PathBuf;

#[cfg(feature = "tls")]
pub(crate) mod tls;

#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) bind: std::net::SocketAddr,
    pub(crate) control: Control,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tls::Tls>,
}

/// How the sandbox is controlled through the port.
#[derive(Clone, Default)]
pub(crate) struct Control {
    /// Who may, if not everybody on the machine.
    pub(crate) key: Option<String>,
    pub(crate) state_file: Option<PathBuf>,
}

impl Default for Serving {
    /// On a free port of the loopback interface.
    fn default() -> Self {
        Self {
            bind: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
            control: Control::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

impl Serving {
    #[cfg_attr(
        not(feature = "tls"),
        allow(clippy::unused_self, reason = "the same method as with the feature")
    )]
    pub(crate) fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return "https";
        }
        "http"
    }
}

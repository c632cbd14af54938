//! The transport over real sockets.

mod http_proxy;
mod http_support;
mod http_tls;
mod http_transport;

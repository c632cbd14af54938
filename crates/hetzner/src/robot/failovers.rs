//! Failover addresses, which can be routed to another server.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Progress, Step, Waiter};
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::{Address, ServerNumber};
use super::ips::check_ip;
use super::wire::list_of;
use super::{ops, wait};

/// The service may answer only when an address has been switched, which takes up to a minute.
// The module of ansible-collections/community.hrobot allows it as much.
const LONGEST_SWITCH: Duration = Duration::from_secs(180);

/// A failover address or subnet. It stays booked on one server, wherever it is routed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Failover {
    /// The address, or that of the net.
    pub ip: String,
    /// The mask of the net, such as `255.255.255.255`, written out for IPv6 too.
    pub netmask: String,
    /// The main address of the server that it is booked on.
    pub server_ip: Option<String>,
    /// The main IPv6 net of the server that it is booked on.
    pub server_ipv6_net: Option<String>,
    /// The number of the server that it is booked on.
    pub server_number: ServerNumber,
    /// The main address of the server that it is routed to, or the main net for IPv6; `None` when it is routed nowhere.
    pub active_server_ip: Option<String>,
}

impl From<&Failover> for Address {
    fn from(failover: &Failover) -> Self {
        failover.ip.as_str().into()
    }
}

impl Failover {
    /// Whether it is routed to the server with this main address, or this main net.
    pub fn is_routed_to(&self, target: &str) -> bool {
        let Some(active) = self.active_server_ip.as_deref() else {
            return false;
        };
        // An IPv6 address has several spellings.
        match (active.parse::<IpAddr>(), target.parse::<IpAddr>()) {
            (Ok(active), Ok(target)) => active == target,
            _ => active == target,
        }
    }
}

impl Client {
    /// The failover addresses of the account.
    pub fn failovers(&self) -> Failovers<'_> {
        Failovers(self)
    }
}

/// The calls about failover addresses, under `/failover`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// let switched = api.failovers().switch("203.0.113.10", 321002).await?;
/// let there = switched.wait().await?;
/// assert!(there.is_routed_to("192.0.2.21"));
///
/// // The second time there is nothing to do, and nothing is sent that changes something.
/// let again = api.failovers().switch("203.0.113.10", 321002).await?;
/// assert!(!again.was_created());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Failovers<'a>(&'a Client);

impl Failovers<'_> {
    /// Lists failover addresses (`GET /failover`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListFailovers {
        let list = list_of!(Failover, in "failover");
        ListFailovers::new(self.0.list(&ops::FAILOVER_LIST, list))
    }

    /// One failover address, or subnet by its net address (`GET /failover/{failover-ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, ip: impl Into<Address>) -> Call<Failover> {
        of_failover(self.0.one(&ops::FAILOVER_GET, "failover"), ip)
    }

    /// Routes a failover address to the server with this main address, or this main IPv6 net
    /// (`POST /failover/{failover-ip}`). It takes up to a minute, and the wait ends when the service shows it.
    /// [`switch`](Self::switch) looks first and takes the number of the server.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FailoverAlreadyRouted`](ErrorCode::FailoverAlreadyRouted),
    /// [`FailoverLocked`](ErrorCode::FailoverLocked) (it is being switched),
    /// [`FailoverNewServerNotFound`](ErrorCode::FailoverNewServerNotFound),
    /// [`FailoverFailed`](ErrorCode::FailoverFailed) and [`FailoverNotComplete`](ErrorCode::FailoverNotComplete).
    pub fn route(
        self,
        ip: impl Into<Address>,
        active_server_ip: impl Into<Address>,
    ) -> RouteFailover {
        let (ip, target) = (ip.into(), active_server_ip.into());
        let call = self.0.call(
            &ops::FAILOVER_ROUTE,
            self.routed(ip.as_str(), Some(target.as_str())),
        );
        RouteFailover::new(of_failover(call, ip).options(patient), target)
    }

    /// Routes a failover address nowhere (`DELETE /failover/{failover-ip}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FailoverLocked`](ErrorCode::FailoverLocked) (it is being switched),
    /// [`FailoverFailed`](ErrorCode::FailoverFailed) and [`FailoverNotComplete`](ErrorCode::FailoverNotComplete).
    pub fn unroute(self, ip: impl Into<Address>) -> Call<Accepted<Failover>> {
        let ip = ip.into();
        let call = self
            .0
            .call(&ops::FAILOVER_UNROUTE, self.routed(ip.as_str(), None));
        of_failover(call, ip).options(patient)
    }

    /// Routes a failover address to a server, unless it is there already (`GET /failover/{failover-ip}`,
    /// `GET /server/{server-number}`, `POST /failover/{failover-ip}`). An IPv6 net goes to the main net of the server.
    /// What is there already counts as not created ([`Accepted::was_created`]), and its wait ends at once.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FailoverLocked`](ErrorCode::FailoverLocked) (it is being switched),
    /// [`NotFound`](ErrorCode::NotFound) and [`ServerNotFound`](ErrorCode::ServerNotFound); an error of the kind `Input` where
    /// the server has no such address.
    pub fn switch(
        self,
        ip: impl Into<Address>,
        to: impl Into<ServerNumber>,
    ) -> Task<Accepted<Failover>> {
        let (api, ip, number) = (self.0.clone(), ip.into(), to.into());
        Task::new(async move {
            let there = api.failovers().get(&ip).await?;
            let server = api.servers().get(number).await?;
            let target = match ip.as_str().parse::<Ipv6Addr>() {
                Ok(_) => server.server_ipv6_net,
                Err(_) => server.server_ip,
            };
            let target = target.ok_or_else(|| {
                let text = format!("server {number} has no main address of this kind");
                Error::input("active_server_ip", text)
            })?;
            if there.is_routed_to(&target) {
                return Ok(following(&api, there, ip.as_str(), Some(&target)).found());
            }
            match api.failovers().route(&ip, &*target).await {
                // Somebody else was faster.
                Err(error) if error.code() == Some("FAILOVER_ALREADY_ROUTED") => {
                    let there = api.failovers().get(&ip).await?;
                    Ok(following(&api, there, ip.as_str(), Some(&target)).found())
                }
                answer => answer,
            }
        })
    }

    /// How the answer to a change is read, and the change followed.
    fn routed(self, ip: &str, target: Option<&str>) -> Decode<Accepted<Failover>> {
        let (api, ip, target) = (self.0.clone(), ip.to_owned(), target.map(str::to_owned));
        Decode::key("failover")
            .map(move |failover| following(&api, failover, &ip, target.as_deref()))
    }
}

fn patient(options: crate::CallOptions) -> crate::CallOptions {
    options.attempt_timeout(LONGEST_SWITCH)
}

/// An address, and the wait until it is routed as it should be.
fn following(
    api: &Client,
    failover: Failover,
    ip: &str,
    target: Option<&str>,
) -> Accepted<Failover> {
    let (api, ip, target) = (api.clone(), ip.to_owned(), target.map(str::to_owned));
    Accepted::new(failover, move |failover: &Failover| -> Waiter<Failover> {
        let target = target.clone();
        let is_there = move |failover: &Failover| match &target {
            Some(target) => failover.is_routed_to(target),
            None => failover.active_server_ip.is_none(),
        };
        let engine = api.engine(&ops::FAILOVER_GET.method, ops::FAILOVER_GET.path);
        if is_there(failover) {
            return wait::ended(engine, failover.clone());
        }
        let (api, ip) = (api.clone(), ip.clone());
        let subject = format!("the routing of {ip}");
        wait::poll(
            engine,
            // A hundred looks an hour are all that the service takes.
            Interval::new(Duration::from_secs(10), Duration::from_secs(40)),
            subject,
            move || api.failovers().get(&*ip),
            move |failover| {
                if is_there(&failover) {
                    return Ok(Step::Done(failover));
                }
                let state = failover.active_server_ip.as_deref().unwrap_or("unrouted");
                Ok(Step::Pending(Progress::new(0, "failover", state)))
            },
        )
    })
}

fn of_failover<T>(call: Call<T>, ip: impl Into<Address>) -> Call<T> {
    let ip = ip.into();
    call.check(check_ip("failover-ip", ip.as_str())).arg(ip)
}

cloud_core::list_request! {
    /// Lists failover addresses; made by [`Failovers::list`].
    pub struct ListFailovers => Failover;
}

cloud_core::request! {
    /// Routes a failover address; made by [`Failovers::route`].
    pub struct RouteFailover => Accepted<Failover> as form;
    required {
        active_server_ip: Address,
    }
    check |this: &Self| check_ip("active_server_ip", this.active_server_ip.as_str());
}

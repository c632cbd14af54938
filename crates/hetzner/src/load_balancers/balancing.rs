use super::ops;
use super::{
    LbHealthCheck, LbHttp, LbService, LbTarget, LoadBalancerAlgorithmType, LoadBalancerProtocol,
    LoadBalancers,
};
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::LoadBalancerId;
use cloud_core::wait::Accepted;

impl LoadBalancers<'_> {
    /// Adds a service (`POST /load_balancers/{id}/actions/add_service`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`SourcePortAlreadyUsed`](ErrorCode::SourcePortAlreadyUsed) (another one listens on its port).
    pub fn add_service(self, id: impl Into<LoadBalancerId>, service: LbService) -> AddService {
        AddService::new(
            self.start(&ops::ADD_LOAD_BALANCER_SERVICE, id.into()),
            service,
        )
    }

    /// Changes the service that listens on this port, and of it only what is set (`POST
    /// /load_balancers/{id}/actions/update_service`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (no service listens there).
    pub fn update_service(self, id: impl Into<LoadBalancerId>, listen_port: u16) -> UpdateService {
        UpdateService::new(
            self.start(&ops::UPDATE_LOAD_BALANCER_SERVICE, id.into()),
            listen_port,
        )
    }

    /// Removes the service that listens on this port (`POST /load_balancers/{id}/actions/delete_service`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn delete_service(self, id: impl Into<LoadBalancerId>, listen_port: u16) -> DeleteService {
        DeleteService::new(
            self.start(&ops::DELETE_LOAD_BALANCER_SERVICE, id.into()),
            listen_port,
        )
    }

    /// Adds a target (`POST /load_balancers/{id}/actions/add_target`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`TargetAlreadyDefined`](ErrorCode::TargetAlreadyDefined),
    /// [`ResolveCloudPublicTargetsError`](ErrorCode::ResolveCloudPublicTargetsError) (the server has no public IPv4
    /// address), [`ResolveCloudPrivateTargetsError`](ErrorCode::ResolveCloudPrivateTargetsError) (it is not in the
    /// same network), [`LoadBalancerNotAttachedToNetwork`](ErrorCode::LoadBalancerNotAttachedToNetwork),
    /// [`LoadBalancerPublicInterfaceDisabled`](ErrorCode::LoadBalancerPublicInterfaceDisabled),
    /// [`IpNotOwned`](ErrorCode::IpNotOwned).
    pub fn add_target(
        self,
        id: impl Into<LoadBalancerId>,
        target: impl Into<LbTarget>,
    ) -> AddTarget {
        AddTarget::new(
            self.start(&ops::ADD_LOAD_BALANCER_TARGET, id.into()),
            target.into(),
        )
    }

    /// Removes a target (`POST /load_balancers/{id}/actions/remove_target`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn remove_target(
        self,
        id: impl Into<LoadBalancerId>,
        target: impl Into<LbTarget>,
    ) -> RemoveTarget {
        RemoveTarget::new(
            self.start(&ops::REMOVE_LOAD_BALANCER_TARGET, id.into()),
            target.into().named(),
        )
    }

    /// Changes how it chooses among the targets (`POST /load_balancers/{id}/actions/change_algorithm`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn change_algorithm(
        self,
        id: impl Into<LoadBalancerId>,
        algorithm: LoadBalancerAlgorithmType,
    ) -> ChangeAlgorithm {
        ChangeAlgorithm::new(
            self.start(&ops::CHANGE_LOAD_BALANCER_ALGORITHM, id.into()),
            algorithm,
        )
    }
}

cloud_core::request! {
    /// Adds a service; made by [`LoadBalancers::add_service`].
    pub struct AddService => Accepted<Action>;
    required {
        #[serde(flatten)]
        service: LbService,
    }
    check |this: &Self| this.service.check();
}

cloud_core::request! {
    /// Changes a service; made by [`LoadBalancers::update_service`]. Only what is set is sent and changed.
    pub struct UpdateService => Accepted<Action>;
    required {
        listen_port: u16,
    }
    opt {
        /// The protocol that the service speaks.
        protocol: LoadBalancerProtocol,
        /// The port of the targets.
        destination_port: u16,
        /// Whether targets are told the client's address by the PROXY protocol.
        proxyprotocol: bool,
        /// How targets are tried. [`LbHealthCheck::new`] begins with nothing set.
        health_check: LbHealthCheck,
        /// What only HTTP and HTTPS have.
        http: LbHttp,
    }
    check |this: &Self| {
        this.health_check.as_ref().map_or(Ok(()), LbHealthCheck::check)?;
        this.http.as_ref().map_or(Ok(()), LbHttp::check)
    };
}

cloud_core::request! {
    /// Removes a service; made by [`LoadBalancers::delete_service`].
    pub struct DeleteService => Accepted<Action>;
    required {
        listen_port: u16,
    }
}

cloud_core::request! {
    /// Adds a target; made by [`LoadBalancers::add_target`].
    pub struct AddTarget => Accepted<Action>;
    required {
        #[serde(flatten)]
        target: LbTarget,
    }
    check |this: &Self| this.target.check();
}

cloud_core::request! {
    /// Removes a target; made by [`LoadBalancers::remove_target`].
    pub struct RemoveTarget => Accepted<Action>;
    required {
        #[serde(flatten)]
        target: LbTarget,
    }
    check |this: &Self| this.target.check();
}

cloud_core::request! {
    /// Changes the choice of targets; made by [`LoadBalancers::change_algorithm`].
    pub struct ChangeAlgorithm => Accepted<Action>;
    required {
        #[serde(rename = "type")]
        algorithm: LoadBalancerAlgorithmType,
    }
}

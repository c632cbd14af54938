cloud_core::open_enum! {
    /// The reason of a refusal, for programs. Words of both forms of errors stand here: codes in capitals, and classes.
    pub enum ErrorCode {
        /// The signature is not the one that the service computes.
        InvalidSignature = "INVALID_SIGNATURE",
        /// The timestamp of the signature is too far from the time of the service.
        QueryTimeOut = "QUERY_TIME_OUT",
        /// The rules of the consumer key do not cover this call.
        NotGrantedCall = "NOT_GRANTED_CALL",
        /// The consumer key is not known.
        NotCredential = "NOT_CREDENTIAL",
        /// The consumer key is not valid: not validated yet, refused, or expired.
        InvalidCredential = "INVALID_CREDENTIAL",
        /// The application key is not known.
        InvalidKey = "INVALID_KEY",
        /// The account may not do this.
        Forbidden = "FORBIDDEN",
        /// The OAuth2 client is not known, or its secret is wrong.
        InvalidClient = "invalid_client",
        /// The request is wrong.
        ClientBadRequest = "Client::BadRequest",
        /// A value is wrong.
        ClientValidationError = "Client::ValidationError",
        /// There is no valid credential.
        ClientUnauthorized = "Client::Unauthorized",
        /// Something has to be paid first.
        ClientPaymentRequired = "Client::PaymentRequired",
        /// The identity may not do this.
        ClientForbidden = "Client::Forbidden",
        /// The thing is not there.
        ClientNotFound = "Client::NotFound",
        /// The thing is there already, or busy.
        ClientConflict = "Client::Conflict",
        /// The service failed.
        ServerInternalServerError = "Server::InternalServerError",
        /// The service cannot do this.
        ServerNotImplemented = "Server::NotImplemented",
    }
}

/// What kind of refusal an error is, whichever form it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The signature was refused, and not for the time.
    InvalidSignature,
    /// The timestamp was refused.
    ClockSkew,
    /// The rules of the consumer key do not cover the call.
    NotGranted,
    /// The consumer key is not known.
    NotCredential,
    /// The consumer key is pending, refused or expired.
    InvalidCredential,
    /// The application key is not known.
    InvalidKey,
    /// The identity may not do this.
    Forbidden,
    /// There is no valid credential.
    Unauthorized,
    /// Something has to be paid first.
    PaymentRequired,
    /// The thing is not there.
    NotFound,
    /// The thing is there already, or busy.
    Conflict,
    /// The request is wrong.
    BadRequest,
    /// The service that the call is about has expired (460).
    Expired,
    /// Too many requests were sent in a short time (429).
    RateLimited,
    /// The failure lies on the service's side.
    Server,
    /// The refusal is of none of these kinds.
    Other,
}

impl ApiErrorKind {
    pub(super) fn of(status: u16, code: Option<&ErrorCode>, class: Option<&str>) -> Self {
        match code {
            Some(ErrorCode::InvalidSignature) => return Self::InvalidSignature,
            Some(ErrorCode::QueryTimeOut) => return Self::ClockSkew,
            Some(ErrorCode::NotGrantedCall) => return Self::NotGranted,
            Some(ErrorCode::NotCredential) => return Self::NotCredential,
            Some(ErrorCode::InvalidCredential) => return Self::InvalidCredential,
            Some(ErrorCode::InvalidKey) => return Self::InvalidKey,
            Some(ErrorCode::InvalidClient) => return Self::Unauthorized,
            Some(ErrorCode::Forbidden) => return Self::Forbidden,
            _ => {}
        }
        // `Client::NotFound::ZoneDoesNotExist`: the second word is the kind, the third says more.
        let mut words = class.unwrap_or_default().split("::");
        match (words.next(), words.next()) {
            // An operation is under way on the thing; nothing was done (ovh/terraform-provider-ovh#1286, #1289).
            _ if class.is_some_and(super::is_busy) => Self::Conflict,
            // No host has room for what was to be made; the thing of the path is there (ovh/terraform-provider-ovh#1440).
            (Some("Client"), Some("NotFound"))
                if words
                    .clone()
                    .next()
                    .is_some_and(|word| word.starts_with("NoMatching")) =>
            {
                Self::Other
            }
            (Some("Client"), Some("NotFound")) => Self::NotFound,
            (Some("Client"), Some("Conflict")) => Self::Conflict,
            (Some("Client"), Some("Forbidden")) => Self::Forbidden,
            (Some("Client"), Some("Unauthorized")) => Self::Unauthorized,
            (Some("Client"), Some("PaymentRequired")) => Self::PaymentRequired,
            (Some("Client"), Some("BadRequest" | "ValidationError")) => Self::BadRequest,
            (Some("Server"), _) => Self::Server,
            _ => match status {
                400 | 422 => Self::BadRequest,
                401 => Self::Unauthorized,
                402 => Self::PaymentRequired,
                403 => Self::Forbidden,
                404 => Self::NotFound,
                409 => Self::Conflict,
                429 => Self::RateLimited,
                // The vendor's own status; python-ovh calls it `ResourceExpiredError`.
                460 => Self::Expired,
                500.. => Self::Server,
                _ => Self::Other,
            },
        }
    }

    pub(super) fn is_auth(self) -> bool {
        matches!(
            self,
            Self::InvalidSignature
                | Self::ClockSkew
                | Self::NotGranted
                | Self::NotCredential
                | Self::InvalidCredential
                | Self::InvalidKey
                | Self::Forbidden
                | Self::Unauthorized
        )
    }

    pub(super) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidSignature => {
                "application secret or consumer key is wrong or belongs to another endpoint; a parameter of the wrong \
                 type has been answered so, too"
            }
            Self::ClockSkew => "the clocks of this machine and of the service disagree",
            Self::NotGranted => {
                "the rules of the consumer key do not cover this call; rules cannot be changed, so a new key is needed \
                 (Client::diagnose says which rule)"
            }
            Self::NotCredential => "the consumer key is not known; keys belong to one endpoint",
            Self::InvalidCredential => {
                "the consumer key is not validated yet, was refused, or has expired: open its validation URL, or \
                 request a new one"
            }
            Self::InvalidKey => "the application key is not known; keys belong to one endpoint",
            Self::Expired => {
                "the service that this call is about has expired and wants to be renewed"
            }
            _ => return None,
        })
    }
}

/// The code that a message stands for, where the newer form of an error gives none.
pub(super) fn said(status: u16, message: &str) -> Option<&'static str> {
    let message = message.trim().to_ascii_lowercase();
    let starts = |beginning: &str| message.starts_with(beginning);
    match status {
        400 | 401 if starts("invalid signature") => Some("INVALID_SIGNATURE"),
        400 | 401 if message.contains("out of time") || message.contains("timestamp") => {
            Some("QUERY_TIME_OUT")
        }
        401 | 403 if starts("this call has not been granted") => Some("NOT_GRANTED_CALL"),
        401 | 403 if starts("this credential is not valid") => Some("INVALID_CREDENTIAL"),
        401 | 403 if starts("this credential does not exist") => Some("NOT_CREDENTIAL"),
        401 | 403 if message.contains("application key") => Some("INVALID_KEY"),
        _ => None,
    }
}

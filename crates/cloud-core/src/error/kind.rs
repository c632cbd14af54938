/// What kind of failure an [`Error`](super::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is wrong; found when the client is built.
    Config,
    /// An argument cannot be sent, and nothing was.
    Input,
    /// The server could not be reached; no byte of the request arrived.
    NotSent,
    /// No connection is possible for a reason that does not pass by itself, such as a certificate that is not trusted.
    Refused,
    /// A clock ran out: the attempt's or the operation's.
    Timeout,
    /// The connection broke while the request or the answer was on its way.
    Interrupted,
    /// The request body could not be read from its file or reader.
    RequestBody,
    /// The rate limit is used up for longer than the call may wait.
    Throttled,
    /// The service answered with an error.
    Api,
    /// The answer is not what the operation promises.
    Decode,
    /// The answer is larger than the limit.
    TooLarge,
    /// A token could not be obtained.
    Credential,
    /// A list does not end, or contradicts itself.
    Page,
    /// Work that was waited for has failed.
    WorkFailed,
    /// Work that was waited for has not ended before the deadline.
    WaitTimeout,
    /// The code could not run: outside of a tokio runtime, in one that has ended, or because something that it called
    /// panicked.
    Runtime,
}

impl ErrorKind {
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Config => "wrong configuration",
            Self::Input => "wrong argument",
            Self::NotSent => "cannot reach the server",
            Self::Refused => "no connection possible",
            Self::Timeout => "timed out",
            Self::Interrupted => "connection broken",
            Self::RequestBody => "cannot read the request body",
            Self::Throttled => "rate limit used up",
            Self::Api => "error answer",
            Self::Decode => "answer not understood",
            Self::TooLarge => "answer too large",
            Self::Credential => "no token",
            Self::Page => "broken list",
            Self::WorkFailed => "work failed",
            Self::WaitTimeout => "not finished in time",
            Self::Runtime => "cannot run",
        }
    }
}

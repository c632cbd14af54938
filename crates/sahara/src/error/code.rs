cloud_core::open_enum! {
    /// Why a request was refused.
    pub enum ErrorCode {
        /// Something named in the path (404) or in the body (400) does not exist.
        NotFound = "NOT_FOUND",
        /// Several things fit where one is needed.
        NoUniqueMatch = "NO_UNIQUE_MATCH",
        /// The name is taken.
        NameAlreadyExists = "NAME_ALREADY_EXISTS",
        /// The credentials of a data source are incomplete or of the wrong kind.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// Something is named that does not fit, or is in use.
        InvalidReference = "INVALID_REFERENCE",
        /// A command on an instance has failed.
        RemoteCommandFailed = "REMOTE_COMMAND_FAILED",
        /// A value contradicts another one or a rule.
        InvalidData = "INVALID_DATA",
        /// The address or the credentials of a job binary cannot be used.
        BadJobBinary = "BAD_JOB_BINARY",
        /// The name is taken, found by the database.
        DbDuplicateEntry = "DB_DUPLICATE_ENTRY",
        /// The resource could not be created.
        CreationFailed = "CREATION_FAILED",
        /// The job could not be cancelled.
        CancelingFailed = "CANCELING_FAILED",
        /// The job could not be suspended.
        SuspendingFailed = "SUSPENDING_FAILED",
        /// The job is not in a state for this.
        InvalidJobStatus = "INVALID_JOB_STATUS",
        /// The resource is protected, in use, or belongs to another project.
        DeletionFailed = "DELETION_FAILED",
        /// The external network of the floating addresses cannot be found.
        MissingFloatingNetwork = "MISSING_FLOATING_NETWORK",
        /// A request to Swift has failed.
        SwiftClientException = "SWIFT_CLIENT_EXCEPTION",
        /// The S3 service has failed.
        S3ClientException = "S3_CLIENT_EXCEPTION",
        /// More data than the service takes.
        DataTooBig = "DATA_TOO_BIG",
        /// Work inside of the service has failed.
        ThreadException = "THREAD_EXCEPTION",
        /// A program that the service runs has failed.
        SubprocessException = "SUBPROCESS_EXCEPTION",
        /// The plugin cannot do this.
        NotImplemented = "NOT_IMPLEMENTED",
        /// A request to Heat has failed.
        HeatStackException = "HEAT_STACK_EXCEPTION",
        /// The service is set up wrongly.
        ConfigurationError = "CONFIGURATION_ERROR",
        /// The resource is not in a state for this.
        IncorrectStateError = "INCORRECT_STATE_ERROR",
        /// A fault inside of the service.
        FrozenClassError = "FROZEN_CLASS_ERROR",
        /// A fault inside of the service.
        SystemError = "SYSTEM_ERROR",
        /// The engine of the jobs has failed.
        EdpError = "EDP_ERROR",
        /// A request to Oozie has failed.
        OozieException = "OOZIE_EXCEPTION",
        /// The service has waited too long for another one.
        Timeout = "TIMEOUT",
        /// The operation is not supported any more.
        Deprecated = "DEPRECATED",
        /// The role is not enough.
        Forbidden = "FORBIDDEN",
        /// The image is there, but not registered with Sahara.
        ImageNotRegistered = "IMAGE_NOT_REGISTERED",
        /// The body is no JSON.
        MalformedRequestBody = "MALFORMED_REQUEST_BODY",
        /// A quota of the project is used up.
        QuotaError = "QUOTA_ERROR",
        /// The resource is protected, in use, or belongs to another project.
        UpdateFailed = "UPDATE_FAILED",
        /// The service has tried too often.
        MaxRetriesExceeded = "MAX_RETRIES_EXCEEDED",
        /// The job cannot get this status.
        InvalidJobExecutionInfo = "INVALID_JOB_EXECUTION_INFO",
        /// The health of the cluster cannot be checked now.
        CannotVerify = "CANNOT_VERIFY",
        /// The body is not what the operation takes.
        ValidationError = "VALIDATION_ERROR",
        /// The query has a parameter that API v2 does not take here.
        InvalidParamsOnRequest = "INVALID_PARAMS_ON_REQUEST",
        /// The service has failed; the cause is in its log only.
        InternalServerError = "INTERNAL_SERVER_ERROR",
        /// The service cannot do this.
        NotImplementedError = "NOT_IMPLEMENTED_ERROR",
        /// The service does not have this microversion.
        NotAcceptable = "NOT_ACCEPTABLE",
        /// The microversion cannot be read.
        BadRequest = "BAD_REQUEST",
        /// The service has failed.
        UnknownException = "UNKNOWN_EXCEPTION",
    }
}

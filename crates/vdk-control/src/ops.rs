//! The operations of the API, as the service names them. Calls are made from this table.

cloud_core::operations! {
    INFO = "info", GET "/data-jobs/for-team/{team_name}/info";

    JOBS_QUERY = "jobsQuery", GET "/data-jobs/for-team/{team_name}/jobs";
    CREATE_JOB = "dataJobCreate", POST "/data-jobs/for-team/{team_name}/jobs";
    READ_JOB = "dataJobRead", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}";
    UPDATE_JOB = "dataJobUpdate", PUT "/data-jobs/for-team/{team_name}/jobs/{job_name}";
    DELETE_JOB = "dataJobDelete", DELETE "/data-jobs/for-team/{team_name}/jobs/{job_name}";
    DOWNLOAD_KEYTAB = "dataJobKeytabDownload", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/keytab";
    UPDATE_JOB_TEAM = "dataJobTeamUpdate", PUT "/data-jobs/for-team/{team_name}/jobs/{job_name}/team/{new_team}";

    LIST_DEPLOYMENTS = "deploymentList", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments";
    UPDATE_DEPLOYMENT = "deploymentUpdate", POST "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments";
    READ_DEPLOYMENT =
        "deploymentRead", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}";
    DELETE_DEPLOYMENT =
        "deploymentDelete", DELETE "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}";
    PATCH_DEPLOYMENT =
        "deploymentPatch", PATCH "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}";

    LIST_EXECUTIONS = "dataJobExecutionList", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions";
    LIST_DEPLOYMENT_EXECUTIONS = "dataJobDeploymentExecutionList",
        GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions";
    START_EXECUTION = "dataJobExecutionStart",
        POST "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions";
    READ_EXECUTION =
        "dataJobExecutionRead", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}";
    CANCEL_EXECUTION =
        "dataJobExecutionCancel", DELETE "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}";
    DOWNLOAD_LOGS =
        "dataJobLogsDownload", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs";

    READ_PROPERTIES = "dataJobPropertiesRead",
        GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties";
    UPDATE_PROPERTIES = "dataJobPropertiesUpdate",
        PUT "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties";
    READ_SECRETS = "dataJobSecretsRead",
        GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/secrets";
    UPDATE_SECRETS = "dataJobSecretsUpdate",
        PUT "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/secrets";

    GET_OAUTH_CREDENTIALS = "oauthCredentialsGet", GET "/data-jobs/teams/{team_name}/oauth-credentials";
    PUT_OAUTH_CREDENTIALS = "oauthCredentialsPut", PUT "/data-jobs/teams/{team_name}/oauth-credentials";
    GET_CLIENT_ID = "clientIdGet", GET "/data-jobs/teams/{team_name}/oauth-credentials/client-id";
    GET_TEAMS_OF_CLIENT_IDS = "getTeamIdsForClientIds", POST "/data-jobs/oauth-credentials/client-ids";

    DOWNLOAD_SOURCES = "dataJobSourcesDownload", GET "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources";
    UPLOAD_SOURCES = "sourcesUpload", POST "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources";
    DELETE_SOURCES = "sourcesDelete", DELETE "/data-jobs/for-team/{team_name}/jobs/{job_name}/sources";
}

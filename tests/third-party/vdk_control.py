"""The official Python client of the VDK Control Service against the sandbox: every method, and what it reads.

Settings come from the environment: VDK_CONTROL_SERVICE_REST_API_URL, VDK_API_TOKEN_AUTHORIZATION_URL and VDK_API_TOKEN.
"""

import io
import json
import os
import time
import zipfile
from datetime import datetime, timedelta, timezone
from functools import wraps

import requests
import taurus_datajob_api as api

from lib import basics
from lib.basics import equal, true

TEAM = "Team of Python & co"
JOB = "python-client-job"
ANY = "production"

# Methods of the client: those to be called, and those that were.
known = set()
called = set()


def watch(group):
    """Notes which methods of a part of the client are called."""

    def noted(name, method):
        @wraps(method)
        def call(*args, **kwargs):
            called.add(name)
            return method(*args, **kwargs)

        return call

    for name, method in list(vars(group).items()):
        if callable(method) and not name.startswith("_") and not name.endswith("_with_http_info"):
            known.add((group.__name__, name))
            setattr(group, name, noted((group.__name__, name), method))


def count_requests():
    send = api.rest.RESTClientObject.request

    @wraps(send)
    def counted(*args, **kwargs):
        basics.requests += 1
        return send(*args, **kwargs)

    api.rest.RESTClientObject.request = counted


def refused(status, call, **kwargs):
    """The body of the error that a call must end with."""
    try:
        call(**kwargs)
    except api.ApiException as error:
        equal(error.status, status, f"{call.__name__}: {error.body}")
        return json.loads(error.body) if error.body else None
    raise AssertionError(f"{call.__name__} was not refused with {status}")


def explained(status, call, **kwargs):
    """The call must be refused in the server's own form, with all of its parts."""
    body = refused(status, call, **kwargs)
    for part in ["what", "why", "consequences", "countermeasures"]:
        true(body[part], f"{part} of {call.__name__}")
    return body


def eventually(look, what):
    """The first thing that is found, with patience."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come")


def access_token():
    answer = requests.post(
        os.environ["VDK_API_TOKEN_AUTHORIZATION_URL"],
        data={"grant_type": "refresh_token", "refresh_token": os.environ["VDK_API_TOKEN"]},
        timeout=30,
    )
    basics.requests += 1
    equal(answer.status_code, 200, answer.text)
    true(answer.json()["expires_in"] > 60, "lifetime of the token")
    return answer.json()["access_token"]


def archive(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, text in files.items():
            writer.writestr(name, text)
    return buffer.getvalue()


def connect(token):
    configuration = api.Configuration(host=os.environ["VDK_CONTROL_SERVICE_REST_API_URL"])
    # Given to the constructor, it is forgotten there.
    configuration.access_token = token
    return api.ApiClient(configuration)


def strangers():
    for token in [None, "not a token"]:
        equal(refused(401, api.DataJobsServiceApi(connect(token)).info, team_name=TEAM), None, "body for a stranger")


def service(client):
    info = api.DataJobsServiceApi(client).info(team_name=TEAM)
    true(info.api_version, "version")
    true("3.11" in info.supported_python_versions, "versions of Python")


def jobs(client):
    jobs = api.DataJobsApi(client)
    config = api.DataJobConfig(
        schedule=api.DataJobSchedule(schedule_cron="0 5 * * *"),
        contacts=api.DataJobContacts(notified_on_job_success=["ann@example.com"]),
    )
    job = api.DataJob(job_name=JOB, description="made by a script", config=config, team=TEAM)
    created = jobs.data_job_create_with_http_info(team_name=TEAM, data_job=job, name=JOB)
    equal(created.status_code, 201, "creation")
    true(created.headers["Location"].endswith(f"/jobs/{JOB}"), "location of the job")
    equal(refused(409, jobs.data_job_create, team_name=TEAM, data_job=job), None, "a name is taken")
    short = api.DataJob(job_name="abcde", description="", config=api.DataJobConfig())
    explained(400, jobs.data_job_create, team_name=TEAM, data_job=short)

    read = jobs.data_job_read(team_name=TEAM, job_name=JOB)
    equal((read.job_name, read.team, read.description), (JOB, TEAM, "made by a script"), "job")
    equal(read.config.schedule.schedule_cron, "0 5 * * *", "schedule")
    equal(read.config.contacts.notified_on_job_success, ["ann@example.com"], "contacts")
    equal(read.config.contacts.notified_on_job_deploy, None, "other contacts")
    equal((read.config.generate_keytab, read.config.notification_delay_period_minutes), (True, 240), "defaults")
    read.description = "changed"
    equal(jobs.data_job_update_with_http_info(team_name=TEAM, job_name=JOB, data_job=read).status_code, 200, "update")
    jobs.data_job_update(team_name=TEAM, job_name=JOB, data_job=read)
    equal(jobs.data_job_read(team_name=TEAM, job_name=JOB).description, "changed", "changed job")
    read.team = "another"
    explained(400, jobs.data_job_update, team_name=TEAM, job_name=JOB, data_job=read)

    keytab = jobs.data_job_keytab_download(team_name=TEAM, job_name=JOB)
    true(bytes(keytab[:1]) == b"\x05", "keytab")
    equal(refused(404, jobs.data_job_keytab_download, team_name=TEAM, job_name="no-such-job"), None, "no keytab")
    jobs.data_job_team_update(team_name=TEAM, new_team="somewhere else", job_name=JOB)
    equal(refused(404, jobs.data_job_read, team_name=TEAM, job_name=JOB), None, "moved job")
    jobs.data_job_team_update(team_name="somewhere else", new_team=TEAM, job_name=JOB)
    equal(jobs.data_job_read(team_name=TEAM, job_name=JOB).team, TEAM, "job that came back")
    return jobs


def sources(client):
    sources = api.DataJobsSourcesApi(client)
    files = {"folder/10_step.py": "def run(job_input): pass\n", "folder/deep/20_step.sql": "select 1\n"}
    where = dict(team_name=TEAM, job_name=JOB)
    first = sources.sources_upload(**where, body=archive(files), reason="first").version_sha
    equal(len(first), 40, "length of a version")
    equal(sources.sources_upload(**where, body=archive(files), reason="again").version_sha, first, "nothing new")
    sources.sources_delete(**where, reason="a mistake")
    equal(refused(404, sources.data_job_sources_download, **where), None, "deleted sources")
    explained(503, sources.sources_upload, **where, body=b"no archive")
    files["folder/30_step.py"] = "more\n"
    second = sources.sources_upload(**where, body=archive(files)).version_sha
    true(second != first, "another version")
    with zipfile.ZipFile(io.BytesIO(sources.data_job_sources_download(**where))) as back:
        equal(back.testzip(), None, "damage in the archive")
        names = sorted(name for name in back.namelist() if not name.endswith("/"))
        equal(names, [f"{JOB}/10_step.py", f"{JOB}/30_step.py", f"{JOB}/deep/20_step.sql"], "files")
        equal(back.read(f"{JOB}/30_step.py"), b"more\n", "content of a file")
    return second


def deployments(client, version):
    deployments = api.DataJobsDeploymentApi(client)
    where = dict(team_name=TEAM, job_name=JOB)
    one = dict(where, deployment_id=ANY)
    equal(deployments.deployment_list(**where), [], "nothing deployed")
    equal(refused(404, deployments.deployment_read, **one), None, "no deployment")
    explained(404, deployments.deployment_patch, **one, data_job_deployment=api.DataJobDeployment(enabled=True))
    old = api.DataJobDeployment(job_version=version, python_version="2.7")
    explained(409, deployments.deployment_update, **where, data_job_deployment=old)
    greedy = api.DataJobDeployment(job_version=version, resources=api.DataJobResources(cpu_limit=20))
    explained(400, deployments.deployment_update, **where, data_job_deployment=greedy)

    wanted = api.DataJobDeployment(job_version=version, mode=api.DataJobMode.RELEASE, enabled=True)
    accepted = deployments.deployment_update_with_http_info(**where, data_job_deployment=wanted, send_notification=False)
    equal(accepted.status_code, 202, "deployment")
    listed = eventually(lambda: deployments.deployment_list(**where, mode=api.DataJobMode.RELEASE), "the deployment")[0]
    equal((listed.job_version, listed.enabled, listed.mode), (version, True, "release"), "deployment")
    equal((listed.python_version, listed.id, listed.contacts), ("3.11", None, None), "deployment")
    equal(listed.last_deployed_by, "user", "who deployed")
    deployed = datetime.fromisoformat(listed.last_deployed_date.replace("Z", "+00:00"))
    true(timedelta(seconds=-2) < datetime.now(timezone.utc) - deployed < timedelta(minutes=5), "time of deployment")
    deployments.deployment_patch(**one, data_job_deployment=api.DataJobDeployment(enabled=False))
    equal(deployments.deployment_read(**one).enabled, False, "paused deployment")
    other = api.DataJobDeployment(job_version="0" * 40)
    explained(400, deployments.deployment_patch, **one, data_job_deployment=other)
    deployments.deployment_update(**where, data_job_deployment=api.DataJobDeployment(python_version="3.12", enabled=True))
    changed = eventually(
        lambda: [found for found in deployments.deployment_list(**where) if found.python_version == "3.12"],
        "the other Python",
    )[0]
    equal((changed.job_version, changed.enabled), (version, True), "what a change leaves")
    return deployments


def executions(client):
    executions = api.DataJobsExecutionApi(client)
    where = dict(team_name=TEAM, job_name=JOB)

    def start(**arguments):
        request = api.DataJobExecutionRequest(started_by="manual/script", args=arguments)
        started = executions.data_job_execution_start_with_http_info(
            **where, deployment_id=ANY, data_job_execution_request=request
        )
        equal(started.status_code, 202, "start")
        return dict(where, execution_id=os.path.basename(started.headers["Location"]))

    def ended(one, status):
        found = eventually(
            lambda: [e for e in [executions.data_job_execution_read(**one)] if e.end_time is not None], "the end"
        )[0]
        equal(found.status, status, f"end of {found.id}: {found.message}")
        return found

    one = start(day="2026-11-20")
    again = api.DataJobExecutionRequest(started_by="manual/script", args={})
    explained(409, executions.data_job_execution_start, **where, deployment_id=ANY, data_job_execution_request=again)
    submitted = executions.data_job_execution_read(**one)
    true(submitted.status in ["submitted", "running"], f"status {submitted.status}")
    equal((submitted.job_name, submitted.type, submitted.started_by), (JOB, "manual", "manual/script/user"), "execution")
    seen = set()
    lengths = [0]
    while "succeeded" not in seen:
        seen.add(executions.data_job_execution_read(**one).status)
        lengths.append(len(executions.data_job_logs_download(**one).logs.splitlines()))
        time.sleep(0.02)
    true({"running", "succeeded"} <= seen <= {"submitted", "running", "succeeded"}, f"states {seen}")
    true(lengths == sorted(lengths) and len(set(lengths)) > 2, f"the log grows: {sorted(set(lengths))}")
    done = ended(one, "succeeded")
    true(done.start_time < done.end_time and done.op_id, "times and operation")
    equal((done.deployment.python_version, done.deployment.schedule.schedule_cron), ("3.12", "0 5 * * *"), "what ran")
    log = executions.data_job_logs_download(**one).logs.splitlines()
    true("2026-11-20" in log[0], "arguments reach the job")
    equal(executions.data_job_logs_download(**one, tail_lines=2).logs.splitlines(), log[-2:], "end of the log")

    for status in ["user_error", "platform_error", "skipped"]:
        failed = ended(start(sandbox={"status": status, "message": f"by {status}", "seconds": 0}), status)
        equal(failed.message, f"by {status}", "message")
    long = start(sandbox={"seconds": 600})
    executions.data_job_execution_cancel(**long)
    ended(long, "cancelled")
    explained(400, executions.data_job_execution_cancel, **long)

    everything = executions.data_job_execution_list(**where)
    equal(len(everything), 5, "executions")
    failures = executions.data_job_execution_list(**where, execution_status=["user_error", "platform_error"])
    equal([e.status for e in failures], ["user_error", "platform_error"], "failures")
    same = executions.data_job_deployment_execution_list(**where, deployment_id=ANY, execution_status=["cancelled"])
    equal([e.id for e in same], [long["execution_id"]], "cancelled executions")
    explained(404, executions.data_job_execution_list, **where, execution_status=["finished"])
    executions.data_job_execution_start(**where, deployment_id=ANY, data_job_execution_request=again)
    explained(404, executions.data_job_execution_read, **where, execution_id="nothing")


def documents(client):
    where = dict(team_name=TEAM, job_name=JOB, deployment_id=ANY)
    properties = api.DataJobsPropertiesApi(client)
    equal(properties.data_job_properties_read(**where), {}, "no properties")
    written = {"text": "a", "number": 1.5, "nothing": None, "nested": {"list": [1, True]}}
    properties.data_job_properties_update(**where, request_body=written)
    equal(properties.data_job_properties_read(**where), written, "properties")

    secrets = api.DataJobsSecretsApi(client)
    equal(secrets.data_job_secrets_read(**where), {}, "no secrets")
    secrets.data_job_secrets_update(**where, request_body={"password": "p"})
    equal(secrets.data_job_secrets_read(**where), {"password": "p"}, "secrets")
    explained(413, secrets.data_job_secrets_update, **where, request_body={"large": "x" * 1_048_576})

    equal(refused(404, secrets.oauth_credentials_get, team_name=TEAM), None, "no credentials")
    credentials = api.OauthCredentials(clientId="python", clientSecret="s")
    secrets.oauth_credentials_put(team_name=TEAM, oauth_credentials=credentials)
    stored = secrets.oauth_credentials_get(team_name=TEAM)
    equal((stored.team_name, stored.client_id, stored.client_secret), (TEAM, "python", "s"), "credentials")
    equal(secrets.client_id_get(team_name=TEAM).client_id, "python", "client")
    teams = secrets.get_team_ids_for_client_ids(request_body=["unknown", "python"])
    equal([(team.team_name, team.client_id) for team in teams], [(TEAM, "python")], "teams of clients")


def queries(jobs):
    query = """
      query Mine($team: String, $size: Int) {
        jobs(pageNumber: 1, pageSize: $size, filter: [{property: "config.team", pattern: "Team of Python & co"}]) {
          content { jobName config { team schedule { nextRunEpochSeconds } } deployments { status enabled
            executions(pageNumber: 1, pageSize: 2, order: {property: "startTime", direction: ASC}) { status } } }
          totalItems totalPages
        }
      }"""
    answer = jobs.jobs_query(team_name="no team", query=query, operation_name="Mine", variables='{"size": 10}')
    equal((answer.errors, answer.data.total_items, answer.data.total_pages), ([], 1, 1), "page")
    job = answer.data.content[0]
    equal((job["jobName"], job["config"]["team"]), (JOB, TEAM), "job in the query")
    true(job["config"]["schedule"]["nextRunEpochSeconds"] > time.time() - 5, "next run")
    equal(job["deployments"][0]["status"], "SUCCESS", "status of the deployment")
    equal([e["status"] for e in job["deployments"][0]["executions"]], ["SUCCEEDED", "USER_ERROR"], "nested executions")
    true(jobs.jobs_query(team_name=TEAM).data.content, "the default query")
    errors = refused(400, jobs.jobs_query, team_name=TEAM, query="{ jobs(pageNumber: 0) { totalItems } }")["errors"]
    true("jobs" in errors[0]["path"], "place of the error")
    refused(400, jobs.jobs_query, team_name=TEAM, query="{ jobs(pageNumber: 1) { content { team } } }")


def main():
    count_requests()
    for group in [
        api.DataJobsApi,
        api.DataJobsDeploymentApi,
        api.DataJobsExecutionApi,
        api.DataJobsPropertiesApi,
        api.DataJobsSecretsApi,
        api.DataJobsServiceApi,
        api.DataJobsSourcesApi,
    ]:
        watch(group)
    equal(len(known), 30, "methods of the client")
    strangers()
    client = connect(access_token())
    service(client)
    registry = jobs(client)
    deployed = deployments(client, sources(client))
    executions(client)
    documents(client)
    queries(registry)
    deployed.deployment_delete(team_name=TEAM, job_name=JOB, deployment_id=ANY)
    equal(deployed.deployment_list(team_name=TEAM, job_name=JOB), [], "deployment is gone")
    registry.data_job_delete(team_name=TEAM, job_name=JOB)
    equal(refused(404, registry.data_job_delete, team_name=TEAM, job_name=JOB), None, "job is gone")
    equal(sorted(known - called), [], "methods that were not called")
    print(f"vdk-control-service-api: {basics.requests} requests, {basics.checks} checks, {len(called)} methods")


if __name__ == "__main__":
    main()

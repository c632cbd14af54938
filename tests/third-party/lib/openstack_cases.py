"""Files and variables for a comparison with openstacksdk: keys in all places and spellings, one case a line where possible.

A case is a name and what there is: `clouds`, `secure` and `public` are texts of files or values that are written as JSON,
which is YAML; `env` are variables, `cloud` is the name that the program gives.
"""

USER = {"auth_url": "https://k.test:5000", "username": "u", "password": "pw", "user_domain_name": "UD"}
PROJECT = {**USER, "project_name": "p", "project_domain_name": "PD"}
TOKEN = {"auth_url": "https://k.test:5000", "token": "tok", "project_id": "pid"}
CREDENTIAL = {
    "auth_url": "https://k.test:5000",
    "application_credential_id": "acid",
    "application_credential_secret": "acsecret",
}
OLD = {"auth_url": "https://k.test:5000/v2.0", "username": "u", "password": "pw", "tenant_name": "t"}

# Keys of logins: the login that they belong to, its kind, and what it must not have beside them.
LOGIN_KEYS = [
    ("password", PROJECT, {}, []),
    ("username", PROJECT, {}, []),
    ("user_id", PROJECT, {}, ["username", "user_domain_name"]),
    ("auth_url", PROJECT, {}, []),
    ("project_name", PROJECT, {}, []),
    ("project_id", PROJECT, {}, ["project_name", "project_domain_name"]),
    ("user_domain_name", PROJECT, {}, []),
    ("user_domain_id", PROJECT, {}, ["user_domain_name"]),
    ("project_domain_name", PROJECT, {}, []),
    ("project_domain_id", PROJECT, {}, ["project_domain_name"]),
    ("domain_id", PROJECT, {}, ["user_domain_name", "project_domain_name"]),
    ("domain_name", PROJECT, {}, ["user_domain_name", "project_domain_name"]),
    ("default_domain_id", PROJECT, {}, ["user_domain_name", "project_domain_name"]),
    ("default_domain_name", PROJECT, {}, ["user_domain_name", "project_domain_name"]),
    ("trust_id", USER, {}, []),
    ("tenant_name", PROJECT, {}, ["project_name"]),
    ("tenant_id", PROJECT, {}, ["project_name", "project_domain_name"]),
    ("token", TOKEN, {"auth_type": "v3token"}, []),
    ("application_credential_id", CREDENTIAL, {"auth_type": "v3applicationcredential"}, []),
    ("application_credential_secret", CREDENTIAL, {"auth_type": "v3applicationcredential"}, []),
    ("password", OLD, {"auth_type": "v2password"}, []),
    ("tenant_name", OLD, {"auth_type": "v2password"}, []),
]

ENDPOINT_KEYS = [
    "data_processing_endpoint_override",
    "data_processing_endpoint",
    "data-processing-endpoint-override",
    "data-processing-endpoint",
]

# Passwords without quotes, as they stand in the file.
SCALARS = [
    "1e10", "1.0e+10", "0o17", "017", "08", "0x1F", "0b11", "1.10", "1_000", "+7", "-0", ".5", "1.", "190:20:30", "12345",
    "123456789012345678901234567890", "yes", "no", "on", "Off", "True", "FALSE", "y", "2026-11-29", "2026-11-29 01:02:03",
    ".inf", ".NaN", "~", "null", "=", "pass'word", "a#b", "p%w", "!bang", "'quoted # text'", '"\\u00e9\\n"',
]


def value_of(key, nth):
    if key == "auth_url":
        return f"https://k{nth}.test:5000" + ("/v2.0" if key == "old" else "")
    return f"{key}-{nth}"


def clouds(beside, auth):
    return {"clouds": {"a": {**beside, "auth": auth}}}


def variables(keys):
    return {f"OS_{key.upper().replace('-', '_')}": value for key, value in keys.items()}


def login_keys():
    for key, login, kind, without in LOGIN_KEYS:
        rest = {name: value for name, value in login.items() if name != key and name not in without}
        one, two, three = (value_of(key, nth) for nth in (1, 2, 3))
        name = f"{key} of a {kind.get('auth_type', 'password')}"
        yield f"{name}, in auth", {"clouds": clouds(kind, {**rest, key: one})}
        yield f"{name}, beside", {"clouds": clouds({**kind, key: one}, rest)}
        yield f"{name}, in both", {"clouds": clouds({**kind, key: one}, {**rest, key: two})}
        yield f"{name}, with dashes", {"clouds": clouds(kind, {**rest, key.replace("_", "-"): one})}
        secret = {"clouds": {"a": {"auth": {key: two}}}}
        yield f"{name}, in auth and in auth of secure.yaml", {
            "clouds": clouds(kind, {**rest, key: one}), "secure": secret}
        yield f"{name}, beside and in auth of secure.yaml", {
            "clouds": clouds({**kind, key: one}, rest), "secure": secret}
        yield f"{name}, in auth and beside it in secure.yaml", {
            "clouds": clouds(kind, {**rest, key: one}), "secure": {"clouds": {"a": {key: two}}}}
        yield f"{name}, in auth, of a profile and of a region", {
            "clouds": clouds(
                {**kind, "profile": "v", "regions": [{"name": "r1", "values": {"auth": {key: three}}}]},
                {**rest, key: two},
            ),
            "public": {"public-clouds": {"v": {"auth": {key: one}}}},
        }
        yield f"{name}, of a profile, beside in the cloud", {
            "clouds": clouds({**kind, "profile": "v", key: two}, rest),
            "public": {"public-clouds": {"v": {"auth": {key: one}}}},
        }
        yield f"{name}, in the environment", {"env": variables({**kind, **rest, key: one})}


def words():
    def project(beside, auth, kind={}):
        rest = {name: value for name, value in USER.items()}
        return {"clouds": clouds({**kind, **beside}, {**rest, "project_domain_name": "PD", **auth})}

    yield "tenant_name beside, project_name in auth", project({"tenant_name": "x"}, {"project_name": "y"})
    yield "project_name beside, tenant_name in auth", project({"project_name": "x"}, {"tenant_name": "y"})
    yield "tenant_name and project_name in auth", project({}, {"tenant_name": "x", "project_name": "y"})
    yield "tenant_id and project_id beside", project({"tenant_id": "x", "project_id": "y"}, {})
    yield "tenant_id beside, project_id in auth", project({"tenant_id": "x"}, {"project_id": "y"})
    yield "user_name in auth", {"clouds": clouds({}, {**{k: v for k, v in PROJECT.items() if k != "username"}, "user_name": "x"})}
    yield "user_name in auth, username beside", {
        "clouds": clouds({"username": "y"}, {**{k: v for k, v in PROJECT.items() if k != "username"}, "user_name": "x"})}
    yield "username and user_name in auth", {"clouds": clouds({}, {**PROJECT, "user_name": "x"})}
    rest = {"auth_url": TOKEN["auth_url"], "project_id": "pid"}
    for beside, auth in [
        ({"auth_token": "x"}, {}), ({}, {"auth_token": "x"}), ({"auth-token": "x"}, {}),
        ({"auth_token": "x"}, {"token": "y"}), ({"token": "x"}, {"auth_token": "y"}),
    ]:
        yield f"a token, {sorted(beside)} beside, {sorted(auth)} in auth", {
            "clouds": clouds({"auth_type": "v3token", **beside}, {**rest, **auth})}
    old = {"auth_url": OLD["auth_url"], "username": "u", "password": "pw"}
    yield "an old login, project_name beside, tenant_name in auth", {
        "clouds": clouds({"auth_type": "v2password", "project_name": "x"}, {**old, "tenant_name": "y"})}
    yield "an old login with project_name", {
        "clouds": clouds({"auth_type": "v2password"}, {**old, "project_name": "x"})}
    for word, rest in [("auth_type", {}), ("auth_plugin", {}), ("auth-type", {})]:
        yield f"the kind by {word}", {"clouds": clouds({word: "v3token", **rest}, TOKEN)}
    yield "OS_TENANT_NAME", {"env": variables({**USER, "project_domain_name": "PD", "tenant_name": "x"})}
    yield "OS_TENANT_ID and OS_PROJECT_ID", {"env": variables({**USER, "tenant_id": "x", "project_id": "y"})}
    yield "OS_USER_NAME", {"env": variables({**{k: v for k, v in PROJECT.items() if k != "username"}, "user_name": "x"})}


def domains():
    user = {"auth_url": USER["auth_url"], "username": "u", "password": "pw"}
    for extra in [
        {"domain_id": "d", "user_domain_name": "UD"},
        {"domain_name": "D", "user_domain_id": "ud"},
        {"domain_name": "D", "user_domain_name": "UD"},
        {"domain_id": "d", "domain_name": "D"},
        {"default_domain_id": "dd", "user_domain_name": "UD"},
        {"default_domain_name": "DD", "user_domain_id": "ud"},
        {"default_domain_id": "dd", "domain_name": "D"},
        {"user_domain_id": "ud", "user_domain_name": "UD", "project_domain_name": "PD", "project_domain_id": "pd"},
        {},
    ]:
        yield f"a project and {sorted(extra)}", {"clouds": clouds({}, {**user, "project_name": "p", **extra})}
    for extra in [{"domain_id": "d"}, {"domain_name": "D"}]:
        yield f"no project and {sorted(extra)}", {
            "clouds": clouds({}, {**user, "user_domain_name": "UD", **extra})}
        yield f"no project and {sorted(extra)} beside", {
            "clouds": clouds(extra, {**user, "user_domain_name": "UD"})}
    yield "system_scope in auth", {"clouds": clouds({}, {**USER, "system_scope": "all"})}
    yield "system_scope beside", {"clouds": clouds({"system_scope": "all"}, USER)}
    yield "no scope at all", {"clouds": clouds({}, USER)}
    yield "a project in an application credential", {
        "clouds": clouds({"auth_type": "v3applicationcredential"}, {**CREDENTIAL, "project_name": "p"})}
    yield "an application credential without its kind", {"clouds": clouds({}, CREDENTIAL)}
    yield "a token without its kind", {"clouds": clouds({}, TOKEN)}
    yield "an application credential by name", {
        "clouds": clouds(
            {"auth_type": "v3applicationcredential"},
            {
                "auth_url": USER["auth_url"], "application_credential_name": "n", "application_credential_secret": "s",
                "username": "u", "user_domain_name": "UD",
            },
        )}
    for url in ["https://k.test:5000/", "https://k.test:5000/v3", "https://k.test:5000/v3/", "https://k.test/identity",
                "https://k.test/identity/v3"]:
        yield f"Keystone at {url}", {"clouds": clouds({}, {**PROJECT, "auth_url": url})}


def scalars():
    login = "auth_url: 'https://k.test:5000', username: u, user_domain_id: d, project_id: p"
    for text in SCALARS:
        yield f"a password of {text}", {"clouds": f"clouds:\n  a:\n    auth:\n      password: {text}\n"
                                        + "".join(f"      {pair.strip()}\n" for pair in login.split(", "))}
    yield "a project id of digits", {
        "clouds": "clouds: {a: {auth: {auth_url: 'https://k.test', user_id: 1234, password: x, project_id: 5678}}}"}
    yield "a password in a block", {
        "clouds": "clouds:\n  a:\n    auth:\n      auth_url: https://k.test\n      user_id: u\n      project_id: p\n"
                  "      password: |-\n        two\n        lines\n"}
    yield "a password by an anchor and a merge", {
        "clouds": "base: &b {auth_url: 'https://k.test', user_id: u, password: &p pw}\n"
                  "clouds:\n  a: {auth: {<<: *b, project_id: *p}}\n"}


def endpoints():
    for key in ENDPOINT_KEYS:
        for value in ["https://o.test/v2", "https://o.test/v1.1/%(project_id)s", "https://o.test/$(user_id)s"]:
            yield f"{key} {value}", {"clouds": clouds({key: value}, PROJECT)}
        yield f"{key} in secure.yaml", {
            "clouds": clouds({}, PROJECT), "secure": {"clouds": {"a": {key: "https://o.test/v2"}}}}
        yield f"{key} of a region", {
            "clouds": clouds({"regions": [{"name": "r2", "values": {key: "https://o.test/v2"}}]}, PROJECT)}
        yield f"{key} of a profile", {
            "clouds": clouds({"profile": "v"}, PROJECT),
            "public": {"public-clouds": {"v": {key: "https://o.test/v2"}}}}
    for key in ENDPOINT_KEYS[:2]:
        yield f"{key} in the environment", {"env": variables({**PROJECT, key: "https://o.test/v2"})}
    both = {"data_processing_endpoint": "https://x.test/v2", "data_processing_endpoint_override": "https://o.test/v2"}
    yield "both endpoints", {"clouds": clouds(both, PROJECT)}
    yield "both endpoints in the environment", {"env": variables({**PROJECT, **both})}
    yield "an empty override and an endpoint", {
        "clouds": clouds({**both, "data_processing_endpoint_override": ""}, PROJECT)}
    yield "a misspelled override", {"clouds": clouds({"data_processing_endpoint_overide": "https://o.test"}, PROJECT)}
    yield "{region_name} in the endpoint", {
        "clouds": clouds({"data_processing_endpoint": "https://{region_name}.test", "region_name": "r2"}, PROJECT)}
    yield "{project_id} in the endpoint", {
        "clouds": clouds({"data_processing_endpoint": "https://o.test/v1.1/{project_id}"}, PROJECT)}
    yield "{region_name} in auth_url", {
        "clouds": clouds({"region_name": "r2"}, {**PROJECT, "auth_url": "https://{region_name}.test"})}
    yield "{nothing} in auth_url", {"clouds": clouds({}, {**PROJECT, "auth_url": "https://{nothing}.test"})}
    yield "{region_name} in username", {"clouds": clouds({"region_name": "r2"}, {**PROJECT, "username": "{region_name}"})}
    yield "{region_name} in password", {"clouds": clouds({"region_name": "r2"}, {**PROJECT, "password": "{region_name}"})}

    for keys in [
        {"region_name": "r2"}, {"data_processing_region_name": "r2", "region_name": "r1"}, {"region_name": "r9"},
        {"interface": "internal"}, {"interface": "adminURL"}, {"endpoint_type": "internalURL"},
        {"interface": "admin", "endpoint_type": "internal"}, {"endpoint_type": "internal", "interface": "admin"},
        {"data_processing_interface": "admin", "interface": "internal"}, {"data_processing_endpoint_type": "internal"},
        {"data_processing_service_type": "other-type"}, {"data_processing_service_name": "sahara"},
        {"data_processing_service_type": "other-type", "region_name": "r2", "interface": "admin"},
        {"regions": ["r2", "r1"]}, {"regions": ["r1", "r2"], "region_name": "r2"}, {"region_name": "r2,r1"},
        {"interface": ["internal", "public"]}, {"api_timeout": 7}, {"api_timeout": "7.5"},
        {"data_processing_api_version": "2"},
    ]:
        yield f"beside auth: {keys}", {"clouds": clouds(keys, PROJECT)}
        if all(isinstance(value, str) for value in keys.values()):
            yield f"in the environment: {keys}", {"env": variables({**PROJECT, **keys})}


def choices():
    one = clouds({}, PROJECT)
    two = {"clouds": {"a": {"auth": PROJECT}, "b": {"auth": {**PROJECT, "username": "b"}}}}
    other = variables({**PROJECT, "username": "e"})
    yield "the only cloud", {"clouds": one}
    yield "two clouds and no choice", {"clouds": two}
    yield "OS_CLOUD", {"clouds": two, "env": {"OS_CLOUD": "b"}}
    yield "OS_CLOUD and a login", {"clouds": two, "env": {"OS_CLOUD": "b", **other}}
    yield "a login and a file", {"clouds": two, "env": other}
    yield "the program's cloud", {"clouds": two, "env": {"OS_CLOUD": "a", **other}, "cloud": "b"}
    yield "a cloud that is not there", {"clouds": two, "env": {"OS_CLOUD": "c"}}
    yield "a region in the environment beside a file", {"clouds": one, "env": {"OS_REGION_NAME": "r2"}}
    yield "OS_CLOUD_NAME", {"clouds": two, "env": {"OS_CLOUD_NAME": "mine", **other}}
    yield "the name of the environment in the file", {
        "clouds": {"clouds": {"envvars": {"auth": PROJECT}}}, "env": other}
    yield "a variable that nobody knows", {"clouds": one, "env": {"OS_FOO": "x"}}
    yield "an empty variable", {"env": {**variables(PROJECT), "OS_TRUST_ID": ""}}
    yield "an empty key beside auth", {"clouds": clouds({"project_name": ""}, PROJECT)}
    yield "an empty password in auth", {"clouds": clouds({"password": "pw"}, {**PROJECT, "password": ""})}
    yield "no file, no variable", {}
    yield "a file with a tab", {"clouds": "clouds:\n  a:\n\tauth: {}\n"}
    yield "a file with a key twice", {"clouds": "clouds:\n  a: {auth: {auth_url: 'https://k.test', user_id: u, password: x, "
                                                "password: y, project_id: p}}\n"}
    yield "secure.yaml with a tab", {"clouds": one, "secure": "clouds:\n  a:\n\tauth: {}\n"}
    yield "the file that a variable names", {"files": {"named.yaml": one}, "env": {"OS_CLIENT_CONFIG_FILE": "named.yaml"}}
    yield "the file that a variable names is not there", {"clouds": one, "env": {"OS_CLIENT_CONFIG_FILE": "gone.yaml"}}
    yield "the file that a variable names is no YAML", {
        "clouds": one, "files": {"named.yaml": "a: [\n"}, "env": {"OS_CLIENT_CONFIG_FILE": "named.yaml"}}
    yield "a profile that is built into openstacksdk", {
        "clouds": clouds({"profile": "elastx"}, {k: v for k, v in PROJECT.items() if k != "auth_url"})}
    yield "a profile that is nowhere", {"clouds": clouds({"profile": "nowhere"}, PROJECT)}
    yield "the secure file that a variable names", {
        "clouds": clouds({}, {k: v for k, v in PROJECT.items() if k != "password"}),
        "files": {"s.yaml": {"clouds": {"a": {"auth": {"password": "named"}}}}},
        "env": {"OS_CLIENT_SECURE_FILE": "s.yaml"}}
    yield "clouds.yml here before clouds.yaml at home", {
        "files": {"clouds.yml": clouds({}, {**PROJECT, "username": "here"})}, "clouds": one}
    yield "clouds.json here", {"files": {"clouds.json": one}}
    yield "no project", {"clouds": clouds({}, {k: v for k, v in PROJECT.items() if not k.startswith("project")})}
    yield "no password", {"clouds": clouds({}, {k: v for k, v in PROJECT.items() if k != "password"})}
    yield "no user", {"clouds": clouds({}, {k: v for k, v in PROJECT.items() if not k.startswith("user")})}
    yield "no auth_url", {"clouds": clouds({}, {k: v for k, v in PROJECT.items() if k != "auth_url"})}
    yield "a misspelled key of the login", {"clouds": clouds({}, {**PROJECT, "pasword": "x"})}


def certificates():
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    files = {"ca.pem": pem, "home/ca.pem": pem + "at home\n", "cert.pem": pem + key, "key.pem": key}
    for keys in [
        {"cacert": "ca.pem"}, {"cacert": "~/ca.pem"}, {"cacert": "ca.pem", "verify": False},
        {"cacert": "ca.pem", "insecure": True}, {"insecure": "True"}, {"insecure": "yes"}, {"verify": False}, {"verify": True},
        {"insecure": False, "verify": True}, {"cert": "cert.pem"}, {"cert": "cert.pem", "key": "key.pem"},
    ]:
        yield f"beside auth: {keys}", {"clouds": clouds(keys, PROJECT), "files": files}
    for keys in [{"cacert": "ca.pem"}, {"cert": "cert.pem", "key": "key.pem"}, {"insecure": "true"}, {"insecure": "1"},
                 {"verify": "false"}]:
        yield f"in the environment: {keys}", {"env": variables({**PROJECT, **keys}), "files": files}


def all_cases():
    for group in (login_keys, words, domains, scalars, endpoints, choices, certificates):
        yield from group()

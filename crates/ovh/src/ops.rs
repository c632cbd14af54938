//! The operations that have typed calls, with the IAM action that each of them needs. Calls are made from this table.

use cloud_core::request::OperationRow;
use http::Method;

cloud_core::operations! {
    AUTH_TIME = "auth.time", GET "/auth/time";
    AUTH_CREDENTIAL = "auth.credential", POST "/auth/credential";
    AUTH_CURRENT_CREDENTIAL = "auth.currentCredential", GET "/auth/currentCredential";
    AUTH_DETAILS = "auth.details", GET "/auth/details";
    AUTH_LOGOUT = "auth.logout", POST "/auth/logout";

    GET_ME = "me.get", GET "/me", "account:apiovh:me/get";
    UPDATE_ME = "me.put", PUT "/me", "account:apiovh:me/edit";
    LIST_BILLS = "me.bill", GET "/me/bill", "account:apiovh:me/bill/get";
    GET_BILL = "me.bill.get", GET "/me/bill/{billId}", "account:apiovh:me/bill/get";
    LIST_BILL_DETAILS = "me.bill.details", GET "/me/bill/{billId}/details", "account:apiovh:me/bill/details/get";
    GET_BILL_DETAIL = "me.bill.details.get", GET "/me/bill/{billId}/details/{billDetailId}",
        "account:apiovh:me/bill/details/get";
    GET_BILL_PAYMENT = "me.bill.payment", GET "/me/bill/{billId}/payment", "account:apiovh:me/bill/payment/get";
    LIST_APPLICATIONS = "me.api.application", GET "/me/api/application", "account:apiovh:me/api/application/get";
    GET_APPLICATION = "me.api.application.get", GET "/me/api/application/{applicationId}",
        "account:apiovh:me/api/application/get";
    DELETE_APPLICATION = "me.api.application.delete", DELETE "/me/api/application/{applicationId}",
        "account:apiovh:me/api/application/delete";
    LIST_CREDENTIALS = "me.api.credential", GET "/me/api/credential", "account:apiovh:me/api/credential/get";
    GET_CREDENTIAL = "me.api.credential.get", GET "/me/api/credential/{credentialId}",
        "account:apiovh:me/api/credential/get";
    UPDATE_CREDENTIAL = "me.api.credential.put", PUT "/me/api/credential/{credentialId}",
        "account:apiovh:me/api/credential/edit";
    DELETE_CREDENTIAL = "me.api.credential.delete", DELETE "/me/api/credential/{credentialId}",
        "account:apiovh:me/api/credential/delete";
    GET_CREDENTIAL_APPLICATION = "me.api.credential.application", GET "/me/api/credential/{credentialId}/application",
        "account:apiovh:me/api/credential/application/get";
    LIST_OAUTH2_CLIENTS = "me.api.oauth2.client", GET "/me/api/oauth2/client", "account:apiovh:me/api/oauth2/client/get";
    CREATE_OAUTH2_CLIENT = "me.api.oauth2.client.post", POST "/me/api/oauth2/client",
        "account:apiovh:me/api/oauth2/client/create";
    GET_OAUTH2_CLIENT = "me.api.oauth2.client.get", GET "/me/api/oauth2/client/{clientId}",
        "account:apiovh:me/api/oauth2/client/get";
    UPDATE_OAUTH2_CLIENT = "me.api.oauth2.client.put", PUT "/me/api/oauth2/client/{clientId}",
        "account:apiovh:me/api/oauth2/client/edit";
    DELETE_OAUTH2_CLIENT = "me.api.oauth2.client.delete", DELETE "/me/api/oauth2/client/{clientId}",
        "account:apiovh:me/api/oauth2/client/delete";
    LIST_ORDERS = "me.order", GET "/me/order", "account:apiovh:me/order/get";
    GET_ORDER = "me.order.get", GET "/me/order/{orderId}", "account:apiovh:me/order/get";
    GET_ORDER_STATUS = "me.order.status", GET "/me/order/{orderId}/status", "account:apiovh:me/order/status/get";
    LIST_SSH_KEYS = "me.sshKey", GET "/me/sshKey", "account:apiovh:me/sshKey/get";
    CREATE_SSH_KEY = "me.sshKey.post", POST "/me/sshKey", "account:apiovh:me/sshKey/create";
    GET_SSH_KEY = "me.sshKey.get", GET "/me/sshKey/{keyName}", "account:apiovh:me/sshKey/get";
    DELETE_SSH_KEY = "me.sshKey.delete", DELETE "/me/sshKey/{keyName}", "account:apiovh:me/sshKey/delete";

    LIST_ZONES = "domain.zone", GET "/domain/zone", "dnsZone:apiovh:get";
    GET_ZONE = "domain.zone.get", GET "/domain/zone/{zoneName}", "dnsZone:apiovh:get";
    GET_ZONE_STATUS = "domain.zone.status", GET "/domain/zone/{zoneName}/status", "dnsZone:apiovh:status/get";
    LIST_RECORDS = "domain.zone.record", GET "/domain/zone/{zoneName}/record", "dnsZone:apiovh:record/get";
    CREATE_RECORD = "domain.zone.record.post", POST "/domain/zone/{zoneName}/record", "dnsZone:apiovh:record/create";
    GET_RECORD = "domain.zone.record.get", GET "/domain/zone/{zoneName}/record/{id}", "dnsZone:apiovh:record/get";
    UPDATE_RECORD = "domain.zone.record.put", PUT "/domain/zone/{zoneName}/record/{id}", "dnsZone:apiovh:record/edit";
    DELETE_RECORD = "domain.zone.record.delete", DELETE "/domain/zone/{zoneName}/record/{id}",
        "dnsZone:apiovh:record/delete";
    REFRESH_ZONE = "domain.zone.refresh", POST "/domain/zone/{zoneName}/refresh", "dnsZone:apiovh:refresh";
    EXPORT_ZONE = "domain.zone.export", GET "/domain/zone/{zoneName}/export", "dnsZone:apiovh:export/get";
    IMPORT_ZONE = "domain.zone.import", POST "/domain/zone/{zoneName}/import", "dnsZone:apiovh:import";
    GET_ZONE_TASK = "domain.zone.task.get", GET "/domain/zone/{zoneName}/task/{id}", "dnsZone:apiovh:task/get";
    GET_SOA = "domain.zone.soa", GET "/domain/zone/{zoneName}/soa", "dnsZone:apiovh:soa/get";
    UPDATE_SOA = "domain.zone.soa.put", PUT "/domain/zone/{zoneName}/soa", "dnsZone:apiovh:soa/edit";
    LIST_RESTORE_POINTS = "domain.zone.history", GET "/domain/zone/{zoneName}/history", "dnsZone:apiovh:history/get";
    GET_RESTORE_POINT = "domain.zone.history.get", GET "/domain/zone/{zoneName}/history/{creationDate}",
        "dnsZone:apiovh:history/get";
    RESTORE_ZONE = "domain.zone.history.restore", POST "/domain/zone/{zoneName}/history/{creationDate}/restore",
        "dnsZone:apiovh:history/restore";
    LIST_DYN_HOST_RECORDS = "domain.zone.dynHost.record", GET "/domain/zone/{zoneName}/dynHost/record",
        "dnsZone:apiovh:dynHost/record/get";
    CREATE_DYN_HOST_RECORD = "domain.zone.dynHost.record.post", POST "/domain/zone/{zoneName}/dynHost/record",
        "dnsZone:apiovh:dynHost/record/create";
    GET_DYN_HOST_RECORD = "domain.zone.dynHost.record.get", GET "/domain/zone/{zoneName}/dynHost/record/{id}",
        "dnsZone:apiovh:dynHost/record/get";
    UPDATE_DYN_HOST_RECORD = "domain.zone.dynHost.record.put", PUT "/domain/zone/{zoneName}/dynHost/record/{id}",
        "dnsZone:apiovh:dynHost/record/edit";
    DELETE_DYN_HOST_RECORD = "domain.zone.dynHost.record.delete", DELETE "/domain/zone/{zoneName}/dynHost/record/{id}",
        "dnsZone:apiovh:dynHost/record/delete";
    LIST_DYN_HOST_LOGINS = "domain.zone.dynHost.login", GET "/domain/zone/{zoneName}/dynHost/login",
        "dnsZone:apiovh:dynHost/login/get";
    CREATE_DYN_HOST_LOGIN = "domain.zone.dynHost.login.post", POST "/domain/zone/{zoneName}/dynHost/login",
        "dnsZone:apiovh:dynHost/login/create";
    GET_DYN_HOST_LOGIN = "domain.zone.dynHost.login.get", GET "/domain/zone/{zoneName}/dynHost/login/{login}",
        "dnsZone:apiovh:dynHost/login/get";
    UPDATE_DYN_HOST_LOGIN = "domain.zone.dynHost.login.put", PUT "/domain/zone/{zoneName}/dynHost/login/{login}",
        "dnsZone:apiovh:dynHost/login/edit";
    DELETE_DYN_HOST_LOGIN = "domain.zone.dynHost.login.delete", DELETE "/domain/zone/{zoneName}/dynHost/login/{login}",
        "dnsZone:apiovh:dynHost/login/delete";
    SET_DYN_HOST_PASSWORD = "domain.zone.dynHost.login.changePassword",
        POST "/domain/zone/{zoneName}/dynHost/login/{login}/changePassword",
        "dnsZone:apiovh:dynHost/login/changePassword";
    GET_DOMAIN = "domain.get", GET "/domain/{serviceName}", "domain:apiovh:get";
    LIST_DOMAINS = "domain", GET "/domain", "domain:apiovh:get";
    UPDATE_DOMAIN = "domain.put", PUT "/domain/{serviceName}", "domain:apiovh:edit";
    LIST_NAME_SERVERS = "domain.nameServer", GET "/domain/{serviceName}/nameServer", "domain:apiovh:nameServer/get";
    GET_NAME_SERVER = "domain.nameServer.get", GET "/domain/{serviceName}/nameServer/{id}",
        "domain:apiovh:nameServer/get";
    ADD_NAME_SERVERS = "domain.nameServer.post", POST "/domain/{serviceName}/nameServer",
        "domain:apiovh:nameServer/create";
    GET_DOMAIN_TASK = "domain.task.get", GET "/domain/{serviceName}/task/{id}", "domain:apiovh:task/get";
    GET_ZONE_SERVICE_INFOS = "domain.zone.serviceInfos", GET "/domain/zone/{zoneName}/serviceInfos",
        "dnsZone:apiovh:serviceInfos/get";
    UPDATE_ZONE_SERVICE_INFOS = "domain.zone.serviceInfos.put", PUT "/domain/zone/{zoneName}/serviceInfos",
        "dnsZone:apiovh:serviceInfos/edit";
    GET_DOMAIN_SERVICE_INFOS = "domain.serviceInfos", GET "/domain/{serviceName}/serviceInfos",
        "domain:apiovh:serviceInfos/get";
    UPDATE_DOMAIN_SERVICE_INFOS = "domain.serviceInfos.put", PUT "/domain/{serviceName}/serviceInfos",
        "domain:apiovh:serviceInfos/edit";

    LIST_EMAIL_DOMAINS = "email.domain", GET "/email/domain", "emailDomain:apiovh:get";
    GET_EMAIL_SERVICE_INFOS = "email.domain.serviceInfos", GET "/email/domain/{domain}/serviceInfos",
        "emailDomain:apiovh:serviceInfos/get";
    UPDATE_EMAIL_SERVICE_INFOS = "email.domain.serviceInfos.put", PUT "/email/domain/{domain}/serviceInfos",
        "emailDomain:apiovh:serviceInfos/edit";
    LIST_REDIRECTIONS = "email.domain.redirection", GET "/email/domain/{domain}/redirection",
        "emailDomain:apiovh:redirection/get";
    CREATE_REDIRECTION = "email.domain.redirection.post", POST "/email/domain/{domain}/redirection",
        "emailDomain:apiovh:redirection/create";
    GET_REDIRECTION = "email.domain.redirection.get", GET "/email/domain/{domain}/redirection/{id}",
        "emailDomain:apiovh:redirection/get";
    DELETE_REDIRECTION = "email.domain.redirection.delete", DELETE "/email/domain/{domain}/redirection/{id}",
        "emailDomain:apiovh:redirection/delete";
    CHANGE_REDIRECTION = "email.domain.redirection.changeRedirection",
        POST "/email/domain/{domain}/redirection/{id}/changeRedirection",
        "emailDomain:apiovh:redirection/changeRedirection";

    LIST_IPS = "ip", GET "/ip", "ip:apiovh:get";
    GET_IP = "ip.get", GET "/ip/{ip}", "ip:apiovh:get";
    LIST_REVERSES = "ip.reverse", GET "/ip/{ip}/reverse", "ip:apiovh:reverse/get";
    SET_REVERSE = "ip.reverse.post", POST "/ip/{ip}/reverse", "ip:apiovh:reverse/create";
    DELETE_REVERSE = "ip.reverse.delete", DELETE "/ip/{ip}/reverse/{ipReverse}", "ip:apiovh:reverse/delete";
    MOVE_IP = "ip.move", POST "/ip/{ip}/move", "ip:apiovh:move";
    LIST_IP_TASKS = "ip.task", GET "/ip/{ip}/task", "ip:apiovh:task/get";
    GET_IP_TASK = "ip.task.get", GET "/ip/{ip}/task/{taskId}", "ip:apiovh:task/get";

    LIST_SERVERS = "dedicated.server", GET "/dedicated/server", "dedicatedServer:apiovh:get";
    GET_SERVER = "dedicated.server.get", GET "/dedicated/server/{serviceName}", "dedicatedServer:apiovh:get";
    UPDATE_SERVER = "dedicated.server.put", PUT "/dedicated/server/{serviceName}", "dedicatedServer:apiovh:put";
    GET_BURST = "dedicated.server.burst", GET "/dedicated/server/{serviceName}/burst",
        "dedicatedServer:apiovh:burst/get";
    SET_BURST = "dedicated.server.burst.put", PUT "/dedicated/server/{serviceName}/burst",
        "dedicatedServer:apiovh:burst/edit";
    REBOOT_SERVER = "dedicated.server.reboot", POST "/dedicated/server/{serviceName}/reboot",
        "dedicatedServer:apiovh:reboot";
    REINSTALL_SERVER = "dedicated.server.reinstall", POST "/dedicated/server/{serviceName}/reinstall",
        "dedicatedServer:apiovh:reinstall";
    LIST_SERVER_TASKS = "dedicated.server.task", GET "/dedicated/server/{serviceName}/task",
        "dedicatedServer:apiovh:task/get";
    GET_SERVER_TASK = "dedicated.server.task.get", GET "/dedicated/server/{serviceName}/task/{taskId}",
        "dedicatedServer:apiovh:task/get";
    LIST_BOOTS = "dedicated.server.boot", GET "/dedicated/server/{serviceName}/boot",
        "dedicatedServer:apiovh:boot/get";
    GET_BOOT = "dedicated.server.boot.get", GET "/dedicated/server/{serviceName}/boot/{bootId}",
        "dedicatedServer:apiovh:boot/get";
    GET_SERVER_SERVICE_INFOS = "dedicated.server.serviceInfos", GET "/dedicated/server/{serviceName}/serviceInfos",
        "dedicatedServer:apiovh:serviceInfos/get";
    UPDATE_SERVER_SERVICE_INFOS = "dedicated.server.serviceInfos.put",
        PUT "/dedicated/server/{serviceName}/serviceInfos",
        "dedicatedServer:apiovh:serviceInfos/edit";
    GET_IPMI = "dedicated.server.features.ipmi", GET "/dedicated/server/{serviceName}/features/ipmi",
        "dedicatedServer:apiovh:features/ipmi/get";
    GET_IPMI_ACCESS = "dedicated.server.features.ipmi.access",
        GET "/dedicated/server/{serviceName}/features/ipmi/access",
        "dedicatedServer:apiovh:features/ipmi/access/get";
    OPEN_IPMI_ACCESS = "dedicated.server.features.ipmi.access.post",
        POST "/dedicated/server/{serviceName}/features/ipmi/access",
        "dedicatedServer:apiovh:features/ipmi/access/create";
    LIST_INTERFACES = "dedicated.server.virtualNetworkInterface",
        GET "/dedicated/server/{serviceName}/virtualNetworkInterface",
        "dedicatedServer:apiovh:virtualNetworkInterface/get";

    LIST_VPS = "vps", GET "/vps", "vps:apiovh:get";
    GET_VPS = "vps.get", GET "/vps/{serviceName}", "vps:apiovh:get";
    UPDATE_VPS = "vps.put", PUT "/vps/{serviceName}", "vps:apiovh:put";
    REBOOT_VPS = "vps.reboot", POST "/vps/{serviceName}/reboot", "vps:apiovh:reboot";
    REBUILD_VPS = "vps.rebuild", POST "/vps/{serviceName}/rebuild", "vps:apiovh:rebuild";
    GET_VPS_TASK = "vps.tasks.get", GET "/vps/{serviceName}/tasks/{id}", "vps:apiovh:tasks/get";
    START_VPS = "vps.start", POST "/vps/{serviceName}/start", "vps:apiovh:start";
    STOP_VPS = "vps.stop", POST "/vps/{serviceName}/stop", "vps:apiovh:stop";
    LIST_VPS_IPS = "vps.ips", GET "/vps/{serviceName}/ips", "vps:apiovh:ips/get";
    GET_VPS_IP = "vps.ips.get", GET "/vps/{serviceName}/ips/{ipAddress}", "vps:apiovh:ips/get";
    CREATE_VPS_SNAPSHOT = "vps.createSnapshot", POST "/vps/{serviceName}/createSnapshot", "vps:apiovh:snapshot/create";
    GET_VPS_SNAPSHOT = "vps.snapshot", GET "/vps/{serviceName}/snapshot", "vps:apiovh:snapshot/get";
    DELETE_VPS_SNAPSHOT = "vps.snapshot.delete", DELETE "/vps/{serviceName}/snapshot", "vps:apiovh:snapshot/delete";
    REVERT_VPS_SNAPSHOT = "vps.snapshot.revert", POST "/vps/{serviceName}/snapshot/revert",
        "vps:apiovh:snapshot/revert";
    LIST_VPS_IMAGES = "vps.images.available", GET "/vps/{serviceName}/images/available",
        "vps:apiovh:images/available/get";
    GET_VPS_IMAGE = "vps.images.available.get", GET "/vps/{serviceName}/images/available/{id}",
        "vps:apiovh:images/available/get";
    LIST_VPS_TASKS = "vps.tasks", GET "/vps/{serviceName}/tasks", "vps:apiovh:tasks/get";
    GET_VPS_SERVICE_INFOS = "vps.serviceInfos", GET "/vps/{serviceName}/serviceInfos", "vps:apiovh:serviceInfos/get";
    UPDATE_VPS_SERVICE_INFOS = "vps.serviceInfos.put", PUT "/vps/{serviceName}/serviceInfos",
        "vps:apiovh:serviceInfos/edit";
    LIST_SERVICES = "services", GET "/services", "account:apiovh:services/get";
    GET_SERVICE = "services.get", GET "/services/{serviceId}", "account:apiovh:services/get";
    LIST_CARTS = "order.cart", GET "/order/cart", "order:apiovh:cart/get";
    CREATE_CART = "order.cart.post", POST "/order/cart";
    GET_CART = "order.cart.get", GET "/order/cart/{cartId}";
    DELETE_CART = "order.cart.delete", DELETE "/order/cart/{cartId}", "order:apiovh:cart/delete";
    ASSIGN_CART = "order.cart.assign", POST "/order/cart/{cartId}/assign", "order:apiovh:cart/assign";
    LIST_DOMAIN_OFFERS = "order.cart.domain", GET "/order/cart/{cartId}/domain";
    ADD_DOMAIN = "order.cart.domain.post", POST "/order/cart/{cartId}/domain";
    LIST_CART_ITEMS = "order.cart.item", GET "/order/cart/{cartId}/item";
    GET_CART_ITEM = "order.cart.item.get", GET "/order/cart/{cartId}/item/{itemId}";
    DELETE_CART_ITEM = "order.cart.item.delete", DELETE "/order/cart/{cartId}/item/{itemId}";
    LIST_CONFIGURATIONS = "order.cart.item.configuration", GET "/order/cart/{cartId}/item/{itemId}/configuration";
    CREATE_CONFIGURATION = "order.cart.item.configuration.post", POST "/order/cart/{cartId}/item/{itemId}/configuration";
    LIST_REQUIRED_CONFIGURATIONS = "order.cart.item.requiredConfiguration", GET "/order/cart/{cartId}/item/{itemId}/requiredConfiguration";
    GET_CART_SUMMARY = "order.cart.summary", GET "/order/cart/{cartId}/summary";
    SIMULATE_CHECKOUT = "order.cart.checkout", GET "/order/cart/{cartId}/checkout",
        "order:apiovh:cart/checkout/simulate";
    CHECKOUT = "order.cart.checkout.post", POST "/order/cart/{cartId}/checkout", "order:apiovh:cart/checkout/execute";
    LIST_SMS_ACCOUNTS = "sms", GET "/sms", "sms:apiovh:get";
    GET_SMS_ACCOUNT = "sms.get", GET "/sms/{serviceName}", "sms:apiovh:get";
    LIST_SMS_SENDERS = "sms.senders", GET "/sms/{serviceName}/senders", "sms:apiovh:senders/get";
    LIST_SMS_JOBS = "sms.jobs", GET "/sms/{serviceName}/jobs", "sms:apiovh:jobs/get";
    CREATE_SMS_JOB = "sms.jobs.post", POST "/sms/{serviceName}/jobs", "sms:apiovh:jobs/create";
    GET_SMS_JOB = "sms.jobs.get", GET "/sms/{serviceName}/jobs/{id}", "sms:apiovh:jobs/get";
    DELETE_SMS_JOB = "sms.jobs.delete", DELETE "/sms/{serviceName}/jobs/{id}", "sms:apiovh:jobs/delete";
    LIST_PRIVATE_DATABASES = "hosting.privateDatabase", GET "/hosting/privateDatabase", "webCloudDatabases:apiovh:get";
    GET_PRIVATE_DATABASE = "hosting.privateDatabase.get", GET "/hosting/privateDatabase/{serviceName}",
        "webCloudDatabases:apiovh:get";
    RESTART_PRIVATE_DATABASE = "hosting.privateDatabase.restart", POST "/hosting/privateDatabase/{serviceName}/restart",
        "webCloudDatabases:apiovh:restart";
    LIST_DATABASES = "hosting.privateDatabase.database", GET "/hosting/privateDatabase/{serviceName}/database",
        "webCloudDatabases:apiovh:database/get";
    CREATE_DATABASE = "hosting.privateDatabase.database.post", POST "/hosting/privateDatabase/{serviceName}/database",
        "webCloudDatabases:apiovh:database/create";
    GET_DATABASE = "hosting.privateDatabase.database.get",
        GET "/hosting/privateDatabase/{serviceName}/database/{databaseName}",
        "webCloudDatabases:apiovh:database/get";
    DELETE_DATABASE = "hosting.privateDatabase.database.delete",
        DELETE "/hosting/privateDatabase/{serviceName}/database/{databaseName}",
        "webCloudDatabases:apiovh:database/delete";
    LIST_DATABASE_USERS = "hosting.privateDatabase.user", GET "/hosting/privateDatabase/{serviceName}/user",
        "webCloudDatabases:apiovh:user/get";
    CREATE_DATABASE_USER = "hosting.privateDatabase.user.post", POST "/hosting/privateDatabase/{serviceName}/user",
        "webCloudDatabases:apiovh:user/create";
    GET_DATABASE_USER = "hosting.privateDatabase.user.get",
        GET "/hosting/privateDatabase/{serviceName}/user/{userName}",
        "webCloudDatabases:apiovh:user/get";
    DELETE_DATABASE_USER = "hosting.privateDatabase.user.delete",
        DELETE "/hosting/privateDatabase/{serviceName}/user/{userName}",
        "webCloudDatabases:apiovh:user/delete";
    LIST_WHITELIST = "hosting.privateDatabase.whitelist", GET "/hosting/privateDatabase/{serviceName}/whitelist",
        "webCloudDatabases:apiovh:whitelist/get";
    CREATE_WHITELIST = "hosting.privateDatabase.whitelist.post",
        POST "/hosting/privateDatabase/{serviceName}/whitelist",
        "webCloudDatabases:apiovh:whitelist/create";
    LIST_DATABASE_TASKS = "hosting.privateDatabase.tasks", GET "/hosting/privateDatabase/{serviceName}/tasks",
        "webCloudDatabases:apiovh:tasks/get";
    GET_DATABASE_TASK = "hosting.privateDatabase.tasks.get", GET "/hosting/privateDatabase/{serviceName}/tasks/{id}",
        "webCloudDatabases:apiovh:tasks/get";

    LIST_PROJECTS = "cloud.project", GET "/cloud/project", "publicCloudProject:apiovh:get";
    GET_PROJECT = "cloud.project.get", GET "/cloud/project/{serviceName}", "publicCloudProject:apiovh:get";
    GET_PROJECT_SERVICE_INFOS = "cloud.project.serviceInfos", GET "/cloud/project/{serviceName}/serviceInfos",
        "publicCloudProject:apiovh:serviceInfos/get";
    UPDATE_PROJECT_SERVICE_INFOS = "cloud.project.serviceInfos.put", PUT "/cloud/project/{serviceName}/serviceInfos",
        "publicCloudProject:apiovh:serviceInfos/edit";
    LIST_REGIONS = "cloud.project.region", GET "/cloud/project/{serviceName}/region",
        "publicCloudProject:apiovh:region/get";
    LIST_INSTANCES = "cloud.project.instance", GET "/cloud/project/{serviceName}/instance",
        "publicCloudProject:apiovh:instance/get";
    CREATE_INSTANCE = "cloud.project.instance.post", POST "/cloud/project/{serviceName}/instance",
        "publicCloudProject:apiovh:instance/create";
    GET_INSTANCE = "cloud.project.instance.get", GET "/cloud/project/{serviceName}/instance/{instanceId}",
        "publicCloudProject:apiovh:instance/get";
    DELETE_INSTANCE = "cloud.project.instance.delete", DELETE "/cloud/project/{serviceName}/instance/{instanceId}",
        "publicCloudProject:apiovh:instance/delete";
    LIST_CLUSTERS = "cloud.project.kube", GET "/cloud/project/{serviceName}/kube",
        "publicCloudProject:apiovh:kube/get";
    CREATE_CLUSTER = "cloud.project.kube.post", POST "/cloud/project/{serviceName}/kube",
        "publicCloudProject:apiovh:kube/create";
    GET_CLUSTER = "cloud.project.kube.get", GET "/cloud/project/{serviceName}/kube/{kubeId}",
        "publicCloudProject:apiovh:kube/get";
    LIST_NODE_POOLS = "cloud.project.kube.nodepool", GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool",
        "publicCloudProject:apiovh:kube/nodepool/get";
    GET_NODE_POOL = "cloud.project.kube.nodepool.get",
        GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        "publicCloudProject:apiovh:kube/nodepool/get";
    UPDATE_CLUSTER = "cloud.project.kube.put", PUT "/cloud/project/{serviceName}/kube/{kubeId}",
        "publicCloudProject:apiovh:kube/edit";
    DELETE_CLUSTER = "cloud.project.kube.delete", DELETE "/cloud/project/{serviceName}/kube/{kubeId}",
        "publicCloudProject:apiovh:kube/delete";
    GET_KUBECONFIG = "cloud.project.kube.kubeconfig", POST "/cloud/project/{serviceName}/kube/{kubeId}/kubeconfig",
        "publicCloudProject:apiovh:kube/kubeconfig/create";
    RESET_KUBECONFIG = "cloud.project.kube.kubeconfig.reset",
        POST "/cloud/project/{serviceName}/kube/{kubeId}/kubeconfig/reset",
        "publicCloudProject:apiovh:kube/kubeconfig/reset";
    UPGRADE_CLUSTER = "cloud.project.kube.update", POST "/cloud/project/{serviceName}/kube/{kubeId}/update",
        "publicCloudProject:apiovh:kube/update";
    SET_CLUSTER_UPDATE_POLICY = "cloud.project.kube.updatePolicy",
        PUT "/cloud/project/{serviceName}/kube/{kubeId}/updatePolicy",
        "publicCloudProject:apiovh:kube/updatePolicy";
    LIST_NODES = "cloud.project.kube.node", GET "/cloud/project/{serviceName}/kube/{kubeId}/node",
        "publicCloudProject:apiovh:kube/node/get";
    CREATE_NODE_POOL = "cloud.project.kube.nodepool.post", POST "/cloud/project/{serviceName}/kube/{kubeId}/nodepool",
        "publicCloudProject:apiovh:kube/nodepool/create";
    UPDATE_NODE_POOL = "cloud.project.kube.nodepool.put",
        PUT "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        "publicCloudProject:apiovh:kube/nodepool/edit";
    DELETE_NODE_POOL = "cloud.project.kube.nodepool.delete",
        DELETE "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        "publicCloudProject:apiovh:kube/nodepool/delete";
    LIST_NODE_POOL_NODES = "cloud.project.kube.nodepool.nodes",
        GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}/nodes",
        "publicCloudProject:apiovh:kube/nodepool/nodes/get";
    LIST_CLUSTER_REGIONS = "cloud.project.capabilities.kube.regions",
        GET "/cloud/project/{serviceName}/capabilities/kube/regions",
        "publicCloudProject:apiovh:capabilities/kube/regions/get";
    LIST_CLUSTER_FLAVORS = "cloud.project.capabilities.kube.flavors",
        GET "/cloud/project/{serviceName}/capabilities/kube/flavors",
        "publicCloudProject:apiovh:capabilities/kube/flavors/get";
    LIST_PRIVATE_NETWORKS = "cloud.project.network.private", GET "/cloud/project/{serviceName}/network/private",
        "publicCloudProject:apiovh:network/private/get";
    LIST_USERS = "cloud.project.user", GET "/cloud/project/{serviceName}/user", "publicCloudProject:apiovh:user/get";
    GET_OPERATION = "cloud.project.operation", GET "/cloud/project/{serviceName}/operation/{operationId}",
        "publicCloudProject:apiovh:operation/get";
    LIST_PROJECT_SSH_KEYS = "cloud.project.sshkey", GET "/cloud/project/{serviceName}/sshkey",
        "publicCloudProject:apiovh:sshkey/get";
    GET_REGION = "cloud.project.region.get", GET "/cloud/project/{serviceName}/region/{regionName}",
        "publicCloudProject:apiovh:region/get";
    LIST_FLAVORS = "cloud.project.flavor", GET "/cloud/project/{serviceName}/flavor",
        "publicCloudProject:apiovh:flavor/get";
    LIST_IMAGES = "cloud.project.image", GET "/cloud/project/{serviceName}/image",
        "publicCloudProject:apiovh:image/get";
    UPDATE_INSTANCE = "cloud.project.instance.put", PUT "/cloud/project/{serviceName}/instance/{instanceId}",
        "publicCloudProject:apiovh:instance/edit";
    START_INSTANCE = "cloud.project.instance.start", POST "/cloud/project/{serviceName}/instance/{instanceId}/start",
        "publicCloudProject:apiovh:instance/start";
    STOP_INSTANCE = "cloud.project.instance.stop", POST "/cloud/project/{serviceName}/instance/{instanceId}/stop",
        "publicCloudProject:apiovh:instance/stop";
    REBOOT_INSTANCE = "cloud.project.instance.reboot", POST "/cloud/project/{serviceName}/instance/{instanceId}/reboot",
        "publicCloudProject:apiovh:instance/reboot";
    RESIZE_INSTANCE = "cloud.project.instance.resize", POST "/cloud/project/{serviceName}/instance/{instanceId}/resize",
        "publicCloudProject:apiovh:instance/resize";
    SNAPSHOT_INSTANCE = "cloud.project.instance.snapshot",
        POST "/cloud/project/{serviceName}/instance/{instanceId}/snapshot",
        "publicCloudProject:apiovh:instance/snapshot";
    LIST_SNAPSHOTS = "cloud.project.snapshot", GET "/cloud/project/{serviceName}/snapshot",
        "publicCloudProject:apiovh:snapshot/get";
    GET_SNAPSHOT = "cloud.project.snapshot.get", GET "/cloud/project/{serviceName}/snapshot/{imageId}",
        "publicCloudProject:apiovh:snapshot/get";
    DELETE_SNAPSHOT = "cloud.project.snapshot.delete", DELETE "/cloud/project/{serviceName}/snapshot/{imageId}",
        "publicCloudProject:apiovh:snapshot/delete";
    LIST_VOLUMES = "cloud.project.volume", GET "/cloud/project/{serviceName}/volume",
        "publicCloudProject:apiovh:volume/get";
    CREATE_VOLUME = "cloud.project.volume.post", POST "/cloud/project/{serviceName}/volume",
        "publicCloudProject:apiovh:volume/create";
    GET_VOLUME = "cloud.project.volume.get", GET "/cloud/project/{serviceName}/volume/{volumeId}",
        "publicCloudProject:apiovh:volume/get";
    DELETE_VOLUME = "cloud.project.volume.delete", DELETE "/cloud/project/{serviceName}/volume/{volumeId}",
        "publicCloudProject:apiovh:volume/delete";
    ATTACH_VOLUME = "cloud.project.volume.attach", POST "/cloud/project/{serviceName}/volume/{volumeId}/attach",
        "publicCloudProject:apiovh:volume/attach";
    DETACH_VOLUME = "cloud.project.volume.detach", POST "/cloud/project/{serviceName}/volume/{volumeId}/detach",
        "publicCloudProject:apiovh:volume/detach";
    UPSIZE_VOLUME = "cloud.project.volume.upsize", POST "/cloud/project/{serviceName}/volume/{volumeId}/upsize",
        "publicCloudProject:apiovh:volume/upsize";
    CREATE_PROJECT_SSH_KEY = "cloud.project.sshkey.post", POST "/cloud/project/{serviceName}/sshkey",
        "publicCloudProject:apiovh:sshkey/create";
    GET_PROJECT_SSH_KEY = "cloud.project.sshkey.get", GET "/cloud/project/{serviceName}/sshkey/{keyId}",
        "publicCloudProject:apiovh:sshkey/get";
    DELETE_PROJECT_SSH_KEY = "cloud.project.sshkey.delete", DELETE "/cloud/project/{serviceName}/sshkey/{keyId}",
        "publicCloudProject:apiovh:sshkey/delete";
    CREATE_PRIVATE_NETWORK = "cloud.project.network.private.post", POST "/cloud/project/{serviceName}/network/private",
        "publicCloudProject:apiovh:network/private/create";
    GET_PRIVATE_NETWORK = "cloud.project.network.private.get",
        GET "/cloud/project/{serviceName}/network/private/{networkId}",
        "publicCloudProject:apiovh:network/private/get";
    DELETE_PRIVATE_NETWORK = "cloud.project.network.private.delete",
        DELETE "/cloud/project/{serviceName}/network/private/{networkId}",
        "publicCloudProject:apiovh:network/private/delete";
    LIST_SUBNETS = "cloud.project.network.private.subnet",
        GET "/cloud/project/{serviceName}/network/private/{networkId}/subnet",
        "publicCloudProject:apiovh:network/private/subnet/get";
    CREATE_SUBNET = "cloud.project.network.private.subnet.post",
        POST "/cloud/project/{serviceName}/network/private/{networkId}/subnet",
        "publicCloudProject:apiovh:network/private/subnet/create";
    DELETE_SUBNET = "cloud.project.network.private.subnet.delete",
        DELETE "/cloud/project/{serviceName}/network/private/{networkId}/subnet/{subnetId}",
        "publicCloudProject:apiovh:network/private/subnet/delete";
    LIST_PUBLIC_NETWORKS = "cloud.project.network.public", GET "/cloud/project/{serviceName}/network/public",
        "publicCloudProject:apiovh:network/public/get";

    LIST_POLICIES = "iam.policy", GET "/v2/iam/policy", "account:apiovh:iam/policy/get";
    CREATE_POLICY = "iam.policy.post", POST "/v2/iam/policy", "account:apiovh:iam/policy/create";
    GET_POLICY = "iam.policy.get", GET "/v2/iam/policy/{policyId}", "account:apiovh:iam/policy/get";
    UPDATE_POLICY = "v2.iam.policy.put", PUT "/v2/iam/policy/{policyId}", "account:apiovh:iam/policy/edit";
    DELETE_POLICY = "v2.iam.policy.delete", DELETE "/v2/iam/policy/{policyId}", "account:apiovh:iam/policy/delete";
    LIST_RESOURCE_GROUPS = "v2.iam.resourceGroup", GET "/v2/iam/resourceGroup", "account:apiovh:iam/resourceGroup/get";
    CREATE_RESOURCE_GROUP = "v2.iam.resourceGroup.post", POST "/v2/iam/resourceGroup",
        "account:apiovh:iam/resourceGroup/create";
    GET_RESOURCE_GROUP = "v2.iam.resourceGroup.get", GET "/v2/iam/resourceGroup/{groupId}",
        "account:apiovh:iam/resourceGroup/get";
    UPDATE_RESOURCE_GROUP = "v2.iam.resourceGroup.put", PUT "/v2/iam/resourceGroup/{groupId}",
        "account:apiovh:iam/resourceGroup/edit";
    DELETE_RESOURCE_GROUP = "v2.iam.resourceGroup.delete", DELETE "/v2/iam/resourceGroup/{groupId}",
        "account:apiovh:iam/resourceGroup/delete";
    LIST_RESOURCES = "iam.resource", GET "/v2/iam/resource";
    GET_RESOURCE = "iam.resource.get", GET "/v2/iam/resource/{resourceURN}";
}

/// The IAM action that this operation needs.
pub fn iam_action(operation: &OperationRow) -> Option<&'static str> {
    Some(operation.permission).filter(|action| !action.is_empty())
}

pub use crate::catalogue::find;

/// The operation of a typed call that serves this method and path, with its parameters filled in or not.
pub fn typed(method: &Method, path: &str) -> Option<&'static OperationRow> {
    let path = path.split('?').next().unwrap_or_default();
    let version = ["/1.0", "/v1"].into_iter().find(|version| {
        path.strip_prefix(version)
            .is_some_and(|rest| rest.starts_with('/'))
    });
    let path = version.map_or(path, |version| &path[version.len()..]);
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given))
                    if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let mut found = OPERATIONS
        .iter()
        .filter(|known| known.method == *method && fits(known.path));
    // `/domain/zone` is no `/domain/{serviceName}`.
    let first = found.next()?;
    let literal = |operation: &OperationRow| {
        operation
            .path
            .split('/')
            .filter(|part| !part.starts_with('{'))
            .count()
    };
    Some(found.fold(first, |best, next| {
        if literal(next) > literal(best) {
            next
        } else {
            best
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_what_was_called() {
        let id = |method: Method, path: &str| typed(&method, path).map(|operation| operation.id);
        assert_eq!(id(Method::GET, "/auth/time"), Some("auth.time"));
        assert_eq!(id(Method::GET, "/v1/auth/time?x=1"), Some("auth.time"));
        assert_eq!(id(Method::GET, "/1.0/auth/time"), Some("auth.time"));
        for (method, path) in [
            (Method::POST, "/auth/time"),
            (Method::GET, "/auth"),
            (Method::GET, "/auth/time/x"),
            (Method::GET, "/v1auth/time"),
            (Method::GET, "/v2/auth/time"),
            (Method::GET, ""),
        ] {
            assert_eq!(id(method, path), None, "{path}");
        }
    }

    #[test]
    fn every_operation_is_named_once_and_found_by_its_own_path() {
        for operation in OPERATIONS {
            assert_eq!(
                OPERATIONS
                    .iter()
                    .filter(|other| other.id == operation.id)
                    .count(),
                1,
                "{}",
                operation.id
            );
            assert_eq!(typed(&operation.method, operation.path), Some(*operation));
        }
    }
}

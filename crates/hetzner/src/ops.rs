//! The operations of the API, as the service names them. Calls are made from this table.

cloud_core::operations! {
    GET_ACTIONS = "get_actions", GET "/actions";
    GET_ACTION = "get_action", GET "/actions/{id}";

    LIST_IMAGES = "list_images", GET "/images";
    LIST_IMAGES_ACTIONS = "list_images_actions", GET "/images/actions";
    GET_IMAGES_ACTION = "get_images_action", GET "/images/actions/{id}";
    GET_IMAGE = "get_image", GET "/images/{id}";
    UPDATE_IMAGE = "update_image", PUT "/images/{id}";
    DELETE_IMAGE = "delete_image", DELETE "/images/{id}";
    LIST_IMAGE_ACTIONS = "list_image_actions", GET "/images/{id}/actions";
    CHANGE_IMAGE_PROTECTION = "change_image_protection", POST "/images/{id}/actions/change_protection";

    LIST_ISOS = "list_isos", GET "/isos";
    GET_ISO = "get_iso", GET "/isos/{id}";

    LIST_LOAD_BALANCERS = "list_load_balancers", GET "/load_balancers";
    CREATE_LOAD_BALANCER = "create_load_balancer", POST "/load_balancers";
    LIST_LOAD_BALANCERS_ACTIONS = "list_load_balancers_actions", GET "/load_balancers/actions";
    GET_LOAD_BALANCERS_ACTION = "get_load_balancers_action", GET "/load_balancers/actions/{id}";
    GET_LOAD_BALANCER = "get_load_balancer", GET "/load_balancers/{id}";
    UPDATE_LOAD_BALANCER = "update_load_balancer", PUT "/load_balancers/{id}";
    DELETE_LOAD_BALANCER = "delete_load_balancer", DELETE "/load_balancers/{id}";
    LIST_LOAD_BALANCER_ACTIONS = "list_load_balancer_actions", GET "/load_balancers/{id}/actions";
    ADD_LOAD_BALANCER_SERVICE = "add_load_balancer_service", POST "/load_balancers/{id}/actions/add_service";
    ADD_LOAD_BALANCER_TARGET = "add_load_balancer_target", POST "/load_balancers/{id}/actions/add_target";
    ATTACH_LOAD_BALANCER_TO_NETWORK =
        "attach_load_balancer_to_network", POST "/load_balancers/{id}/actions/attach_to_network";
    CHANGE_LOAD_BALANCER_ALGORITHM =
        "change_load_balancer_algorithm", POST "/load_balancers/{id}/actions/change_algorithm";
    CHANGE_LOAD_BALANCER_DNS_PTR = "change_load_balancer_dns_ptr", POST "/load_balancers/{id}/actions/change_dns_ptr";
    CHANGE_LOAD_BALANCER_PROTECTION =
        "change_load_balancer_protection", POST "/load_balancers/{id}/actions/change_protection";
    CHANGE_LOAD_BALANCER_TYPE = "change_load_balancer_type", POST "/load_balancers/{id}/actions/change_type";
    DELETE_LOAD_BALANCER_SERVICE = "delete_load_balancer_service", POST "/load_balancers/{id}/actions/delete_service";
    DETACH_LOAD_BALANCER_FROM_NETWORK =
        "detach_load_balancer_from_network", POST "/load_balancers/{id}/actions/detach_from_network";
    DISABLE_LOAD_BALANCER_PUBLIC_INTERFACE =
        "disable_load_balancer_public_interface", POST "/load_balancers/{id}/actions/disable_public_interface";
    ENABLE_LOAD_BALANCER_PUBLIC_INTERFACE =
        "enable_load_balancer_public_interface", POST "/load_balancers/{id}/actions/enable_public_interface";
    REMOVE_LOAD_BALANCER_TARGET = "remove_load_balancer_target", POST "/load_balancers/{id}/actions/remove_target";
    UPDATE_LOAD_BALANCER_SERVICE = "update_load_balancer_service", POST "/load_balancers/{id}/actions/update_service";
    GET_LOAD_BALANCER_METRICS = "get_load_balancer_metrics", GET "/load_balancers/{id}/metrics";

    LIST_LOAD_BALANCER_TYPES = "list_load_balancer_types", GET "/load_balancer_types";
    GET_LOAD_BALANCER_TYPE = "get_load_balancer_type", GET "/load_balancer_types/{id}";

    LIST_LOCATIONS = "list_locations", GET "/locations";
    GET_LOCATION = "get_location", GET "/locations/{id}";

    LIST_PLACEMENT_GROUPS = "list_placement_groups", GET "/placement_groups";
    CREATE_PLACEMENT_GROUP = "create_placement_group", POST "/placement_groups";
    GET_PLACEMENT_GROUP = "get_placement_group", GET "/placement_groups/{id}";
    UPDATE_PLACEMENT_GROUP = "update_placement_group", PUT "/placement_groups/{id}";
    DELETE_PLACEMENT_GROUP = "delete_placement_group", DELETE "/placement_groups/{id}";

    GET_PRICING = "get_pricing", GET "/pricing";

    LIST_SERVERS = "list_servers", GET "/servers";
    CREATE_SERVER = "create_server", POST "/servers";
    LIST_SERVERS_ACTIONS = "list_servers_actions", GET "/servers/actions";
    GET_SERVERS_ACTION = "get_servers_action", GET "/servers/actions/{id}";
    GET_SERVER = "get_server", GET "/servers/{id}";
    UPDATE_SERVER = "update_server", PUT "/servers/{id}";
    DELETE_SERVER = "delete_server", DELETE "/servers/{id}";
    LIST_SERVER_ACTIONS = "list_server_actions", GET "/servers/{id}/actions";
    ADD_SERVER_TO_PLACEMENT_GROUP =
        "add_server_to_placement_group", POST "/servers/{id}/actions/add_to_placement_group";
    ATTACH_SERVER_ISO = "attach_server_iso", POST "/servers/{id}/actions/attach_iso";
    ATTACH_SERVER_TO_NETWORK = "attach_server_to_network", POST "/servers/{id}/actions/attach_to_network";
    CHANGE_SERVER_ALIAS_IPS = "change_server_alias_ips", POST "/servers/{id}/actions/change_alias_ips";
    CHANGE_SERVER_DNS_PTR = "change_server_dns_ptr", POST "/servers/{id}/actions/change_dns_ptr";
    CHANGE_SERVER_PROTECTION = "change_server_protection", POST "/servers/{id}/actions/change_protection";
    CHANGE_SERVER_TYPE = "change_server_type", POST "/servers/{id}/actions/change_type";
    CREATE_SERVER_IMAGE = "create_server_image", POST "/servers/{id}/actions/create_image";
    DETACH_SERVER_FROM_NETWORK = "detach_server_from_network", POST "/servers/{id}/actions/detach_from_network";
    DETACH_SERVER_ISO = "detach_server_iso", POST "/servers/{id}/actions/detach_iso";
    DISABLE_SERVER_BACKUP = "disable_server_backup", POST "/servers/{id}/actions/disable_backup";
    DISABLE_SERVER_RESCUE = "disable_server_rescue", POST "/servers/{id}/actions/disable_rescue";
    ENABLE_SERVER_BACKUP = "enable_server_backup", POST "/servers/{id}/actions/enable_backup";
    ENABLE_SERVER_RESCUE = "enable_server_rescue", POST "/servers/{id}/actions/enable_rescue";
    POWEROFF_SERVER = "poweroff_server", POST "/servers/{id}/actions/poweroff";
    POWERON_SERVER = "poweron_server", POST "/servers/{id}/actions/poweron";
    REBOOT_SERVER = "reboot_server", POST "/servers/{id}/actions/reboot";
    REBUILD_SERVER = "rebuild_server", POST "/servers/{id}/actions/rebuild";
    REMOVE_SERVER_FROM_PLACEMENT_GROUP =
        "remove_server_from_placement_group", POST "/servers/{id}/actions/remove_from_placement_group";
    REQUEST_SERVER_CONSOLE = "request_server_console", POST "/servers/{id}/actions/request_console";
    RESET_SERVER = "reset_server", POST "/servers/{id}/actions/reset";
    RESET_SERVER_PASSWORD = "reset_server_password", POST "/servers/{id}/actions/reset_password";
    SHUTDOWN_SERVER = "shutdown_server", POST "/servers/{id}/actions/shutdown";
    GET_SERVER_METRICS = "get_server_metrics", GET "/servers/{id}/metrics";

    LIST_SERVER_TYPES = "list_server_types", GET "/server_types";
    GET_SERVER_TYPE = "get_server_type", GET "/server_types/{id}";

    LIST_SSH_KEYS = "list_ssh_keys", GET "/ssh_keys";
    CREATE_SSH_KEY = "create_ssh_key", POST "/ssh_keys";
    GET_SSH_KEY = "get_ssh_key", GET "/ssh_keys/{id}";
    UPDATE_SSH_KEY = "update_ssh_key", PUT "/ssh_keys/{id}";
    DELETE_SSH_KEY = "delete_ssh_key", DELETE "/ssh_keys/{id}";

    LIST_ZONES = "list_zones", GET "/zones";
    CREATE_ZONE = "create_zone", POST "/zones";
    GET_ZONE = "get_zone", GET "/zones/{id_or_name}";
    UPDATE_ZONE = "update_zone", PUT "/zones/{id_or_name}";
    DELETE_ZONE = "delete_zone", DELETE "/zones/{id_or_name}";
    GET_ZONE_ZONEFILE = "get_zone_zonefile", GET "/zones/{id_or_name}/zonefile";
    LIST_ZONES_ACTIONS = "list_zones_actions", GET "/zones/actions";
    GET_ZONES_ACTION = "get_zones_action", GET "/zones/actions/{id}";
    LIST_ZONE_ACTIONS = "list_zone_actions", GET "/zones/{id_or_name}/actions";
    CHANGE_ZONE_PRIMARY_NAMESERVERS =
        "change_zone_primary_nameservers", POST "/zones/{id_or_name}/actions/change_primary_nameservers";
    CHANGE_ZONE_PROTECTION = "change_zone_protection", POST "/zones/{id_or_name}/actions/change_protection";
    CHANGE_ZONE_TTL = "change_zone_ttl", POST "/zones/{id_or_name}/actions/change_ttl";
    IMPORT_ZONE_ZONEFILE = "import_zone_zonefile", POST "/zones/{id_or_name}/actions/import_zonefile";
    LIST_ZONE_RRSETS = "list_zone_rrsets", GET "/zones/{id_or_name}/rrsets";
    CREATE_ZONE_RRSET = "create_zone_rrset", POST "/zones/{id_or_name}/rrsets";
    GET_ZONE_RRSET = "get_zone_rrset", GET "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    UPDATE_ZONE_RRSET = "update_zone_rrset", PUT "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    DELETE_ZONE_RRSET = "delete_zone_rrset", DELETE "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}";
    CHANGE_ZONE_RRSET_PROTECTION =
        "change_zone_rrset_protection", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_protection";
    CHANGE_ZONE_RRSET_TTL =
        "change_zone_rrset_ttl", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/change_ttl";
    SET_ZONE_RRSET_RECORDS =
        "set_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/set_records";
    ADD_ZONE_RRSET_RECORDS =
        "add_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/add_records";
    REMOVE_ZONE_RRSET_RECORDS =
        "remove_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/remove_records";
    UPDATE_ZONE_RRSET_RECORDS =
        "update_zone_rrset_records", POST "/zones/{id_or_name}/rrsets/{rr_name}/{rr_type}/actions/update_records";
}

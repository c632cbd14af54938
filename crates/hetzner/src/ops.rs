//! The operations of the API, as the service names them. Calls are made from this table.

cloud_core::operations! {
    GET_ACTIONS = "get_actions", GET "/actions";
    GET_ACTION = "get_action", GET "/actions/{id}";

    LIST_CERTIFICATES = "list_certificates", GET "/certificates";
    CREATE_CERTIFICATE = "create_certificate", POST "/certificates";
    LIST_CERTIFICATES_ACTIONS = "list_certificates_actions", GET "/certificates/actions";
    GET_CERTIFICATES_ACTION = "get_certificates_action", GET "/certificates/actions/{id}";
    GET_CERTIFICATE = "get_certificate", GET "/certificates/{id}";
    UPDATE_CERTIFICATE = "update_certificate", PUT "/certificates/{id}";
    DELETE_CERTIFICATE = "delete_certificate", DELETE "/certificates/{id}";
    LIST_CERTIFICATE_ACTIONS = "list_certificate_actions", GET "/certificates/{id}/actions";
    RETRY_CERTIFICATE = "retry_certificate", POST "/certificates/{id}/actions/retry";

    LIST_FIREWALLS = "list_firewalls", GET "/firewalls";
    CREATE_FIREWALL = "create_firewall", POST "/firewalls";
    LIST_FIREWALLS_ACTIONS = "list_firewalls_actions", GET "/firewalls/actions";
    GET_FIREWALLS_ACTION = "get_firewalls_action", GET "/firewalls/actions/{id}";
    GET_FIREWALL = "get_firewall", GET "/firewalls/{id}";
    UPDATE_FIREWALL = "update_firewall", PUT "/firewalls/{id}";
    DELETE_FIREWALL = "delete_firewall", DELETE "/firewalls/{id}";
    LIST_FIREWALL_ACTIONS = "list_firewall_actions", GET "/firewalls/{id}/actions";
    APPLY_FIREWALL_TO_RESOURCES = "apply_firewall_to_resources", POST "/firewalls/{id}/actions/apply_to_resources";
    REMOVE_FIREWALL_FROM_RESOURCES =
        "remove_firewall_from_resources", POST "/firewalls/{id}/actions/remove_from_resources";
    SET_FIREWALL_RULES = "set_firewall_rules", POST "/firewalls/{id}/actions/set_rules";

    LIST_FLOATING_IPS = "list_floating_ips", GET "/floating_ips";
    CREATE_FLOATING_IP = "create_floating_ip", POST "/floating_ips";
    LIST_FLOATING_IPS_ACTIONS = "list_floating_ips_actions", GET "/floating_ips/actions";
    GET_FLOATING_IPS_ACTION = "get_floating_ips_action", GET "/floating_ips/actions/{id}";
    GET_FLOATING_IP = "get_floating_ip", GET "/floating_ips/{id}";
    UPDATE_FLOATING_IP = "update_floating_ip", PUT "/floating_ips/{id}";
    DELETE_FLOATING_IP = "delete_floating_ip", DELETE "/floating_ips/{id}";
    LIST_FLOATING_IP_ACTIONS = "list_floating_ip_actions", GET "/floating_ips/{id}/actions";
    ASSIGN_FLOATING_IP = "assign_floating_ip", POST "/floating_ips/{id}/actions/assign";
    CHANGE_FLOATING_IP_DNS_PTR = "change_floating_ip_dns_ptr", POST "/floating_ips/{id}/actions/change_dns_ptr";
    CHANGE_FLOATING_IP_PROTECTION =
        "change_floating_ip_protection", POST "/floating_ips/{id}/actions/change_protection";
    UNASSIGN_FLOATING_IP = "unassign_floating_ip", POST "/floating_ips/{id}/actions/unassign";

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

    LIST_NETWORKS = "list_networks", GET "/networks";
    CREATE_NETWORK = "create_network", POST "/networks";
    LIST_NETWORKS_ACTIONS = "list_networks_actions", GET "/networks/actions";
    GET_NETWORKS_ACTION = "get_networks_action", GET "/networks/actions/{id}";
    GET_NETWORK = "get_network", GET "/networks/{id}";
    UPDATE_NETWORK = "update_network", PUT "/networks/{id}";
    DELETE_NETWORK = "delete_network", DELETE "/networks/{id}";
    LIST_NETWORK_ACTIONS = "list_network_actions", GET "/networks/{id}/actions";
    ADD_NETWORK_ROUTE = "add_network_route", POST "/networks/{id}/actions/add_route";
    ADD_NETWORK_SUBNET = "add_network_subnet", POST "/networks/{id}/actions/add_subnet";
    CHANGE_NETWORK_IP_RANGE = "change_network_ip_range", POST "/networks/{id}/actions/change_ip_range";
    CHANGE_NETWORK_PROTECTION = "change_network_protection", POST "/networks/{id}/actions/change_protection";
    DELETE_NETWORK_ROUTE = "delete_network_route", POST "/networks/{id}/actions/delete_route";
    DELETE_NETWORK_SUBNET = "delete_network_subnet", POST "/networks/{id}/actions/delete_subnet";
    LIST_NETWORK_MEMBERS = "list_network_members", GET "/networks/{id}/members";

    LIST_PLACEMENT_GROUPS = "list_placement_groups", GET "/placement_groups";
    CREATE_PLACEMENT_GROUP = "create_placement_group", POST "/placement_groups";
    GET_PLACEMENT_GROUP = "get_placement_group", GET "/placement_groups/{id}";
    UPDATE_PLACEMENT_GROUP = "update_placement_group", PUT "/placement_groups/{id}";
    DELETE_PLACEMENT_GROUP = "delete_placement_group", DELETE "/placement_groups/{id}";

    GET_PRICING = "get_pricing", GET "/pricing";

    LIST_PRIMARY_IPS = "list_primary_ips", GET "/primary_ips";
    CREATE_PRIMARY_IP = "create_primary_ip", POST "/primary_ips";
    LIST_PRIMARY_IPS_ACTIONS = "list_primary_ips_actions", GET "/primary_ips/actions";
    GET_PRIMARY_IPS_ACTION = "get_primary_ips_action", GET "/primary_ips/actions/{id}";
    GET_PRIMARY_IP = "get_primary_ip", GET "/primary_ips/{id}";
    UPDATE_PRIMARY_IP = "update_primary_ip", PUT "/primary_ips/{id}";
    DELETE_PRIMARY_IP = "delete_primary_ip", DELETE "/primary_ips/{id}";
    LIST_PRIMARY_IP_ACTIONS = "list_primary_ip_actions", GET "/primary_ips/{id}/actions";
    ASSIGN_PRIMARY_IP = "assign_primary_ip", POST "/primary_ips/{id}/actions/assign";
    CHANGE_PRIMARY_IP_DNS_PTR = "change_primary_ip_dns_ptr", POST "/primary_ips/{id}/actions/change_dns_ptr";
    CHANGE_PRIMARY_IP_PROTECTION = "change_primary_ip_protection", POST "/primary_ips/{id}/actions/change_protection";
    UNASSIGN_PRIMARY_IP = "unassign_primary_ip", POST "/primary_ips/{id}/actions/unassign";

    LIST_SERVER_TYPES = "list_server_types", GET "/server_types";
    GET_SERVER_TYPE = "get_server_type", GET "/server_types/{id}";

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

    LIST_SSH_KEYS = "list_ssh_keys", GET "/ssh_keys";
    CREATE_SSH_KEY = "create_ssh_key", POST "/ssh_keys";
    GET_SSH_KEY = "get_ssh_key", GET "/ssh_keys/{id}";
    UPDATE_SSH_KEY = "update_ssh_key", PUT "/ssh_keys/{id}";
    DELETE_SSH_KEY = "delete_ssh_key", DELETE "/ssh_keys/{id}";

    LIST_STORAGE_BOXES = "list_storage_boxes", GET "/storage_boxes";
    CREATE_STORAGE_BOX = "create_storage_box", POST "/storage_boxes";
    LIST_STORAGE_BOXES_ACTIONS = "list_storage_boxes_actions", GET "/storage_boxes/actions";
    GET_STORAGE_BOXES_ACTION = "get_storage_boxes_action", GET "/storage_boxes/actions/{id}";
    GET_STORAGE_BOX = "get_storage_box", GET "/storage_boxes/{id}";
    UPDATE_STORAGE_BOX = "update_storage_box", PUT "/storage_boxes/{id}";
    DELETE_STORAGE_BOX = "delete_storage_box", DELETE "/storage_boxes/{id}";
    LIST_STORAGE_BOX_ACTIONS = "list_storage_box_actions", GET "/storage_boxes/{id}/actions";
    CHANGE_STORAGE_BOX_PROTECTION =
        "change_storage_box_protection", POST "/storage_boxes/{id}/actions/change_protection";
    CHANGE_STORAGE_BOX_TYPE = "change_storage_box_type", POST "/storage_boxes/{id}/actions/change_type";
    DISABLE_STORAGE_BOX_SNAPSHOT_PLAN =
        "disable_storage_box_snapshot_plan", POST "/storage_boxes/{id}/actions/disable_snapshot_plan";
    ENABLE_STORAGE_BOX_SNAPSHOT_PLAN =
        "enable_storage_box_snapshot_plan", POST "/storage_boxes/{id}/actions/enable_snapshot_plan";
    RESET_STORAGE_BOX_PASSWORD = "reset_storage_box_password", POST "/storage_boxes/{id}/actions/reset_password";
    ROLLBACK_STORAGE_BOX_SNAPSHOT =
        "rollback_storage_box_snapshot", POST "/storage_boxes/{id}/actions/rollback_snapshot";
    UPDATE_STORAGE_BOX_ACCESS_SETTINGS =
        "update_storage_box_access_settings", POST "/storage_boxes/{id}/actions/update_access_settings";
    LIST_STORAGE_BOX_FOLDERS = "list_storage_box_folders", GET "/storage_boxes/{id}/folders";
    LIST_STORAGE_BOX_SNAPSHOTS = "list_storage_box_snapshots", GET "/storage_boxes/{id}/snapshots";
    CREATE_STORAGE_BOX_SNAPSHOT = "create_storage_box_snapshot", POST "/storage_boxes/{id}/snapshots";
    GET_STORAGE_BOX_SNAPSHOT = "get_storage_box_snapshot", GET "/storage_boxes/{id}/snapshots/{snapshot_id}";
    UPDATE_STORAGE_BOX_SNAPSHOT = "update_storage_box_snapshot", PUT "/storage_boxes/{id}/snapshots/{snapshot_id}";
    DELETE_STORAGE_BOX_SNAPSHOT =
        "delete_storage_box_snapshot", DELETE "/storage_boxes/{id}/snapshots/{snapshot_id}";
    LIST_STORAGE_BOX_SUBACCOUNTS = "list_storage_box_subaccounts", GET "/storage_boxes/{id}/subaccounts";
    CREATE_STORAGE_BOX_SUBACCOUNT = "create_storage_box_subaccount", POST "/storage_boxes/{id}/subaccounts";
    GET_STORAGE_BOX_SUBACCOUNT = "get_storage_box_subaccount", GET "/storage_boxes/{id}/subaccounts/{subaccount_id}";
    UPDATE_STORAGE_BOX_SUBACCOUNT =
        "update_storage_box_subaccount", PUT "/storage_boxes/{id}/subaccounts/{subaccount_id}";
    DELETE_STORAGE_BOX_SUBACCOUNT =
        "delete_storage_box_subaccount", DELETE "/storage_boxes/{id}/subaccounts/{subaccount_id}";
    CHANGE_STORAGE_BOX_SUBACCOUNT_HOME_DIRECTORY =
        "change_storage_box_subaccount_home_directory",
        POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/change_home_directory";
    RESET_STORAGE_BOX_SUBACCOUNT_PASSWORD =
        "reset_storage_box_subaccount_password",
        POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/reset_subaccount_password";
    UPDATE_STORAGE_BOX_SUBACCOUNT_ACCESS_SETTINGS =
        "update_storage_box_subaccount_access_settings",
        POST "/storage_boxes/{id}/subaccounts/{subaccount_id}/actions/update_access_settings";

    LIST_STORAGE_BOX_TYPES = "list_storage_box_types", GET "/storage_box_types";
    GET_STORAGE_BOX_TYPE = "get_storage_box_type", GET "/storage_box_types/{id}";

    LIST_VOLUMES = "list_volumes", GET "/volumes";
    CREATE_VOLUME = "create_volume", POST "/volumes";
    LIST_VOLUMES_ACTIONS = "list_volumes_actions", GET "/volumes/actions";
    GET_VOLUMES_ACTION = "get_volumes_action", GET "/volumes/actions/{id}";
    GET_VOLUME = "get_volume", GET "/volumes/{id}";
    UPDATE_VOLUME = "update_volume", PUT "/volumes/{id}";
    DELETE_VOLUME = "delete_volume", DELETE "/volumes/{id}";
    LIST_VOLUME_ACTIONS = "list_volume_actions", GET "/volumes/{id}/actions";
    ATTACH_VOLUME = "attach_volume", POST "/volumes/{id}/actions/attach";
    CHANGE_VOLUME_PROTECTION = "change_volume_protection", POST "/volumes/{id}/actions/change_protection";
    DETACH_VOLUME = "detach_volume", POST "/volumes/{id}/actions/detach";
    RESIZE_VOLUME = "resize_volume", POST "/volumes/{id}/actions/resize";

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

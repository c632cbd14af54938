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
}

//! The documented operations of the web service. Calls are made from this table. The service has no names for them, so
//! these are ours.

cloud_core::operations! {
    SERVER_LIST = "server_list", GET "/server";
    SERVER_GET = "server_get", GET "/server/{server-number}";
    SERVER_RENAME = "server_rename", POST "/server/{server-number}";
    SERVER_CANCELLATION = "server_cancellation", GET "/server/{server-number}/cancellation";
    SERVER_CANCEL = "server_cancel", POST "/server/{server-number}/cancellation";
    SERVER_WITHDRAW_CANCELLATION = "server_withdraw_cancellation", DELETE "/server/{server-number}/cancellation";

    RESET_LIST = "reset_list", GET "/reset";
    RESET_GET = "reset_get", GET "/reset/{server-number}";
    RESET_EXECUTE = "reset_execute", POST "/reset/{server-number}";

    WOL_GET = "wol_get", GET "/wol/{server-number}";
    WOL_SEND = "wol_send", POST "/wol/{server-number}";

    BOOT_GET = "boot_get", GET "/boot/{server-number}";
    RESCUE_GET = "rescue_get", GET "/boot/{server-number}/rescue";
    RESCUE_ACTIVATE = "rescue_activate", POST "/boot/{server-number}/rescue";
    RESCUE_DEACTIVATE = "rescue_deactivate", DELETE "/boot/{server-number}/rescue";
    RESCUE_LAST = "rescue_last", GET "/boot/{server-number}/rescue/last";
    LINUX_GET = "linux_get", GET "/boot/{server-number}/linux";
    LINUX_ACTIVATE = "linux_activate", POST "/boot/{server-number}/linux";
    LINUX_DEACTIVATE = "linux_deactivate", DELETE "/boot/{server-number}/linux";
    LINUX_LAST = "linux_last", GET "/boot/{server-number}/linux/last";
    VNC_GET = "vnc_get", GET "/boot/{server-number}/vnc";
    VNC_ACTIVATE = "vnc_activate", POST "/boot/{server-number}/vnc";
    VNC_DEACTIVATE = "vnc_deactivate", DELETE "/boot/{server-number}/vnc";
    WINDOWS_GET = "windows_get", GET "/boot/{server-number}/windows";
    WINDOWS_ACTIVATE = "windows_activate", POST "/boot/{server-number}/windows";
    WINDOWS_DEACTIVATE = "windows_deactivate", DELETE "/boot/{server-number}/windows";

    IP_LIST = "ip_list", GET "/ip";
    IP_GET = "ip_get", GET "/ip/{ip}";
    IP_UPDATE = "ip_update", POST "/ip/{ip}";
    IP_MAC = "ip_mac", GET "/ip/{ip}/mac";
    IP_GENERATE_MAC = "ip_generate_mac", PUT "/ip/{ip}/mac";
    IP_DELETE_MAC = "ip_delete_mac", DELETE "/ip/{ip}/mac";
    IP_CANCELLATION = "ip_cancellation", GET "/ip/{ip}/cancellation";
    IP_CANCEL = "ip_cancel", POST "/ip/{ip}/cancellation";
    IP_WITHDRAW_CANCELLATION = "ip_withdraw_cancellation", DELETE "/ip/{ip}/cancellation";

    SUBNET_LIST = "subnet_list", GET "/subnet";
    SUBNET_GET = "subnet_get", GET "/subnet/{net-ip}";
    SUBNET_UPDATE = "subnet_update", POST "/subnet/{net-ip}";
    SUBNET_MAC = "subnet_mac", GET "/subnet/{net-ip}/mac";
    SUBNET_SET_MAC = "subnet_set_mac", PUT "/subnet/{net-ip}/mac";
    SUBNET_RESET_MAC = "subnet_reset_mac", DELETE "/subnet/{net-ip}/mac";
    SUBNET_CANCELLATION = "subnet_cancellation", GET "/subnet/{net-ip}/cancellation";
    SUBNET_CANCEL = "subnet_cancel", POST "/subnet/{net-ip}/cancellation";
    SUBNET_WITHDRAW_CANCELLATION = "subnet_withdraw_cancellation", DELETE "/subnet/{net-ip}/cancellation";

    FAILOVER_LIST = "failover_list", GET "/failover";
    FAILOVER_GET = "failover_get", GET "/failover/{failover-ip}";
    FAILOVER_ROUTE = "failover_route", POST "/failover/{failover-ip}";
    FAILOVER_UNROUTE = "failover_unroute", DELETE "/failover/{failover-ip}";

    RDNS_LIST = "rdns_list", GET "/rdns";
    RDNS_GET = "rdns_get", GET "/rdns/{ip}";
    RDNS_CREATE = "rdns_create", PUT "/rdns/{ip}";
    RDNS_SET = "rdns_set", POST "/rdns/{ip}";
    RDNS_DELETE = "rdns_delete", DELETE "/rdns/{ip}";

    TRAFFIC_QUERY = "traffic_query", POST "/traffic";

    KEY_LIST = "key_list", GET "/key";
    KEY_CREATE = "key_create", POST "/key";
    KEY_GET = "key_get", GET "/key/{fingerprint}";
    KEY_RENAME = "key_rename", POST "/key/{fingerprint}";
    KEY_DELETE = "key_delete", DELETE "/key/{fingerprint}";

    MARKET_PRODUCTS = "market_products", GET "/order/server_market/product";
    MARKET_PRODUCT = "market_product", GET "/order/server_market/product/{product-id}";
    MARKET_TRANSACTIONS = "market_transactions", GET "/order/server_market/transaction";
    MARKET_ORDER = "market_order", POST "/order/server_market/transaction";
    MARKET_TRANSACTION = "market_transaction", GET "/order/server_market/transaction/{id}";
    STANDARD_PRODUCTS = "standard_products", GET "/order/server/product";
    STANDARD_PRODUCT = "standard_product", GET "/order/server/product/{product-id}";
    STANDARD_TRANSACTIONS = "standard_transactions", GET "/order/server/transaction";
    STANDARD_ORDER = "standard_order", POST "/order/server/transaction";
    STANDARD_TRANSACTION = "standard_transaction", GET "/order/server/transaction/{id}";
    ORDER_CURRENCY = "order_currency", GET "/order/currency";
    ADDON_PRODUCTS = "addon_products", GET "/order/server_addon/{server-number}/product";
    ADDON_TRANSACTIONS = "addon_transactions", GET "/order/server_addon/transaction";
    ADDON_ORDER = "addon_order", POST "/order/server_addon/transaction";
    ADDON_TRANSACTION = "addon_transaction", GET "/order/server_addon/transaction/{id}";

    SERVER_FIREWALL_GET = "server_firewall_get", GET "/firewall/{server-id}";
    SERVER_FIREWALL_SET = "server_firewall_set", POST "/firewall/{server-id}";
    SERVER_FIREWALL_CLEAR = "server_firewall_clear", DELETE "/firewall/{server-id}";
    FIREWALL_TEMPLATE_LIST = "firewall_template_list", GET "/firewall/template";
    FIREWALL_TEMPLATE_CREATE = "firewall_template_create", POST "/firewall/template";
    FIREWALL_TEMPLATE_GET = "firewall_template_get", GET "/firewall/template/{template-id}";
    FIREWALL_TEMPLATE_REPLACE = "firewall_template_replace", POST "/firewall/template/{template-id}";
    FIREWALL_TEMPLATE_DELETE = "firewall_template_delete", DELETE "/firewall/template/{template-id}";

    VSWITCH_LIST = "vswitch_list", GET "/vswitch";
    VSWITCH_CREATE = "vswitch_create", POST "/vswitch";
    VSWITCH_GET = "vswitch_get", GET "/vswitch/{vswitch-id}";
    VSWITCH_UPDATE = "vswitch_update", POST "/vswitch/{vswitch-id}";
    VSWITCH_CANCEL = "vswitch_cancel", DELETE "/vswitch/{vswitch-id}";
    VSWITCH_ADD_SERVERS = "vswitch_add_servers", POST "/vswitch/{vswitch-id}/server";
    VSWITCH_REMOVE_SERVERS = "vswitch_remove_servers", DELETE "/vswitch/{vswitch-id}/server";
}

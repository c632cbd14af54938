//! The operations of the API, by the names it has had since version 0.0.8. Calls are made from this table.

cloud_core::operations! {
    CLUSTERS_GET = "clustersGet", GET "/clusters";
    CLUSTERS_POST = "clustersPost", POST "/clusters";
    CLUSTERS_FIND_BY_ID = "clustersFindById", GET "/clusters/{clusterId}";
    CLUSTERS_PATCH = "clustersPatch", PATCH "/clusters/{clusterId}";
    CLUSTERS_DELETE = "clustersDelete", DELETE "/clusters/{clusterId}";
    CLUSTERS_KUBECONFIG_FIND_BY_CLUSTER_ID =
        "clustersKubeconfigFindByClusterId", GET "/clusters/{clusterId}/kubeconfig";
    CLUSTERS_NODEPOOLS_GET = "clustersNodepoolsGet", GET "/clusters/{clusterId}/nodepools";
    CLUSTERS_NODEPOOLS_POST = "clustersNodepoolsPost", POST "/clusters/{clusterId}/nodepools";
    CLUSTERS_NODEPOOLS_FIND_BY_ID =
        "clustersNodepoolsFindById", GET "/clusters/{clusterId}/nodepools/{nodepoolId}";
    CLUSTERS_NODEPOOLS_PATCH = "clustersNodepoolsPatch", PATCH "/clusters/{clusterId}/nodepools/{nodepoolId}";
    CLUSTERS_NODEPOOLS_DELETE = "clustersNodepoolsDelete", DELETE "/clusters/{clusterId}/nodepools/{nodepoolId}";
    VERSIONS_GET = "versionsGet", GET "/versions";
}

"""Reads the metadata of an endpoint with the EC2 data source of cloud-init, as at the boot of an instance, and writes
it as JSON. Argument: the URL of the endpoint. cloud-init recognises EC2 by DMI data, which this machine does not
have."""
import json
import sys

from cloudinit.helpers import Paths
from cloudinit.sources.DataSourceEc2 import CloudNames, DataSourceEc2


class DataSourceOnEc2(DataSourceEc2):
    cloud_name = CloudNames.AWS

    def _get_cloud_name(self):
        return CloudNames.AWS


settings = {"metadata_urls": [sys.argv[1]], "max_wait": 10, "timeout": 5}
source = DataSourceOnEc2({"datasource": {"Ec2": settings}}, None, Paths({}))
found = source._get_data()
document = {
    "found": found,
    "instanceId": source.get_instance_id() if found else None,
    "availabilityZone": source.availability_zone if found else None,
    "region": source.region if found else None,
    "metadata": source.metadata if found else None,
    "userData": source.get_userdata_raw().decode() if found and source.get_userdata_raw() else None,
}
print(json.dumps(document))

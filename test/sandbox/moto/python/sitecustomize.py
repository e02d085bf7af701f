"""
Imported by moto's python before anything else, since this folder is on its path.

To show one EC2 resource, moto looks through every tag of every other one, so that 2,000 snapshots take
minutes to list. It keeps the tags by resource id, so the one that is asked for can be had at once.
Where moto has changed too much for this it stays as it is: slow, and as right as before.
"""

import sys


def look_up_tags_by_id():
    from moto.ec2.models.tags import TagBackend
    from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

    search = TagBackend.describe_tags

    def describe_tags(self, filters=None):
        ids = (filters or {}).get("resource-id", [])
        names_one = len(ids) == 1 and not set(ids[0]) & {"*", "?"}
        if not names_one or len(filters) > 1 or ids[0] not in self.tags:
            return search(self, filters)
        resource_type = EC2_PREFIX_TO_RESOURCE.get(get_prefix(ids[0]), "")
        return [
            {"resource_id": ids[0], "key": key, "value": value, "resource_type": resource_type}
            for key, value in self.tags[ids[0]].items()
        ]

    TagBackend.describe_tags = describe_tags


try:
    look_up_tags_by_id()
except Exception as error:
    print(f"moto is left as slow as it is: {error}", file=sys.stderr)

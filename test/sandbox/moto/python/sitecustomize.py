"""
Imported by moto's python before anything else, since this folder is on its path.

Where moto has changed too much for one of these it stays as it is, and says so: slow, without CloudFront
in its CloudFormation, or without outputs.
"""

import sys


def look_up_tags_by_id():
    """
    To show one EC2 resource, moto looks through every tag of every other one, so that 2,000 snapshots take
    minutes to list. It keeps the tags by resource id, so the one that is asked for can be had at once.
    """
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


def name_distributions():
    """
    CloudFormation in moto knows nothing of CloudFront, and refuses a stack that has an attribute of a
    distribution among its outputs. These have ids and attributes, the same each time; what they are made of
    the sandbox reads from the template.
    """
    from hashlib import sha256

    from moto.core.common_models import CloudFormationModel

    class Named:
        # moto keeps its models by the second part of this.
        __module__ = "moto.cloudfront.cloudformation"

        def __init__(self, unique):
            self.unique = unique

        @staticmethod
        def cloudformation_name_type():
            return ""

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, json, account_id, region_name, **kwargs):
            stack = str(kwargs.get("StackId")).split("/")[1]
            of = f"{region_name} {stack} {kwargs.get('LogicalId')}"
            return cls(sha256(of.encode()).hexdigest()[:13].upper())

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, **kwargs):
            return original_resource

        @classmethod
        def delete_from_cloudformation_json(cls, *args):
            pass

        @property
        def physical_resource_id(self):
            return f"E{self.unique}"

        @classmethod
        def has_cfn_attr(cls, attr):
            return attr in ("Id", "DomainName", "FunctionARN")

        def get_cfn_attribute(self, attribute_name):
            if attribute_name == "DomainName":
                return f"d{self.unique.lower()}.cloudfront.net"
            return self.physical_resource_id

    class TemplateDistribution(Named, CloudFormationModel):
        __module__ = Named.__module__
        cloudformation_type = staticmethod(lambda: "AWS::CloudFront::Distribution")

    class TemplateOriginAccessControl(Named, CloudFormationModel):
        __module__ = Named.__module__
        cloudformation_type = staticmethod(lambda: "AWS::CloudFront::OriginAccessControl")

    class TemplateFunction(Named, CloudFormationModel):
        __module__ = Named.__module__
        cloudformation_type = staticmethod(lambda: "AWS::CloudFront::Function")

    # moto finds its models among the subclasses that still exist.
    CloudFormationModel.of_cloudfront = (TemplateDistribution, TemplateOriginAccessControl, TemplateFunction)


def tell_outputs_of_change_sets():
    """Of a stack that a change set made, moto tells the outputs of the empty stack that was there before."""
    from moto.cloudformation.models import CloudFormationBackend

    execute = CloudFormationBackend.execute_change_set

    def execute_change_set(self, *args, **kwargs):
        execute(self, *args, **kwargs)
        for stack in self.stacks.values():
            stack._parse_template()
            stack.output_map = stack._create_output_map()

    CloudFormationBackend.execute_change_set = execute_change_set


for mend in (look_up_tags_by_id, name_distributions, tell_outputs_of_change_sets):
    try:
        mend()
    except Exception as error:
        print(f"moto goes without {mend.__name__}: {error}", file=sys.stderr)

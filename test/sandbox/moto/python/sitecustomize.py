"""
Imported by moto's python before anything else, since this folder is on its path.

Where moto has changed too much for one of these it stays as it is, and says so: slow, without CloudFront
in its CloudFormation, or without outputs.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec


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
    """
    Of a stack that a change set made, moto tells the outputs of the empty stack that was there before, and
    cannot delete it, since it does not know what is exported.
    """
    from moto.cloudformation.models import CloudFormationBackend

    execute = CloudFormationBackend.execute_change_set

    def execute_change_set(self, *args, **kwargs):
        execute(self, *args, **kwargs)
        for stack in self.stacks.values():
            stack._parse_template()
            stack.output_map = stack._create_output_map()
            self.exports.update({export.name: export for export in stack.exports})

    CloudFormationBackend.execute_change_set = execute_change_set


def keep_connections():
    """
    Werkzeug's server ends each connection after one answer, starts a thread for the next, and writes a line
    about every request: more work than most of the answers.
    """
    from io import BytesIO
    from traceback import format_exc

    from werkzeug.exceptions import InternalServerError
    from werkzeug.serving import WSGIRequestHandler
    from werkzeug.test import run_wsgi_app

    def run_wsgi(self):
        environ = self.make_environ()
        length = int(self.headers.get("Content-Length") or 0)
        environ["wsgi.input"] = BytesIO(self.rfile.read(length))
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except Exception:
            self.server.log("error", format_exc())
            chunks, status, headers = run_wsgi_app(InternalServerError(), environ, buffered=True)
        body = b"".join(chunks)
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    WSGIRequestHandler.run_wsgi = run_wsgi
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    WSGIRequestHandler.wbufsize = -1  # head and body in one packet
    WSGIRequestHandler.disable_nagle_algorithm = True


def remember_what_stays():
    """For each request moto lists its own folders, and the methods of the class that answers it."""
    from functools import cache

    from moto import backends
    from moto.core import responses

    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)


# Each when moto itself comes to this module: to import all of it takes two seconds, and few need all.
mends = {
    "moto.ec2.models.tags": look_up_tags_by_id,
    "moto.core.common_models": name_distributions,
    "moto.cloudformation.models": tell_outputs_of_change_sets,
    "werkzeug.serving": keep_connections,
    "moto.core.responses": remember_what_stays,
}


class Mender(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        mend = mends.pop(name, None)
        if mend is None:
            return None
        spec = find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_mend(module):
            execute(module)
            try:
                mend()
            except Exception as error:
                print(f"moto goes without {mend.__name__}: {error}", file=sys.stderr)

        spec.loader.exec_module = execute_and_mend
        return spec


sys.meta_path.insert(0, Mender())

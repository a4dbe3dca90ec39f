# Instances with IMDSv2 whose containers can reach IMDS. Copy `metadata_options` into your own launch template.
# Checked with `terraform fmt`, with an HCL parser, and with the API model of the AWS CLI. Never applied.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_launch_template" "this" {
  name_prefix = "cred-watch-"

  metadata_options {
    http_endpoint = "enabled"
    # Requests without a session token (IMDSv1) are rejected.
    http_tokens = "required"
    # The response to a token request reaches a container on a bridge network or in a pod. With 1, only programs of
    # the host and containers in its network get one. With 2, every container can get the credentials of the role.
    http_put_response_hop_limit = 2
  }
}

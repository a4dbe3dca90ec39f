# Alarms of CloudWatch on the metrics of `cred-watch report -f emf`. Use this folder as a module, see docs/deploy.md.
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

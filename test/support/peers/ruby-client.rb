# Prints the key id that the default credential chain of the AWS SDK for Ruby finds. Arguments: the URL of STS.
require 'aws-sdk-core'
require 'uri'

# Version 3.168 ignores the port of AWS_EC2_METADATA_SERVICE_ENDPOINT.
class Aws::InstanceProfileCredentials
  prepend(Module.new do
    def initialize(options = {})
      super(options.merge(port: URI.parse(ENV.fetch('AWS_EC2_METADATA_SERVICE_ENDPOINT')).port))
    end
  end)
end

Aws.config[:sts] = { endpoint: ARGV.fetch(0) }
# The default is one second, in which a loaded machine may not respond.
Aws.config[:instance_profile_credentials_timeout] = 10

provider = Aws::STS::Client.new.config.credentials
puts provider.credentials.access_key_id if provider&.set?

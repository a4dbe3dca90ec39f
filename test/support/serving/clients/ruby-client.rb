# A program with one STS client of the AWS SDK for Ruby. For each line on stdin, the program sends a signed request, and
# writes the result as a line of JSON: the error, or null. It exits at the end of stdin.
require 'aws-sdk-core'
require 'json'
require 'uri'

# Version 3.168 ignores the port of AWS_EC2_METADATA_SERVICE_ENDPOINT. The timeout is longer than the default of one
# second, in which a loaded machine may not respond.
credentials = Aws::InstanceProfileCredentials.new(
  port: URI.parse(ENV.fetch('AWS_EC2_METADATA_SERVICE_ENDPOINT')).port,
  http_open_timeout: 10, http_read_timeout: 10, backoff: 0.1
)
client = Aws::STS::Client.new(endpoint: ENV.fetch('SERVICE_URL'), retry_limit: 0, credentials: credentials)

def send_request(client)
  client.get_caller_identity
  nil
rescue StandardError => e
  "#{e.class}: #{e.message}"
end

$stdout.sync = true
$stdin.each_line { puts JSON.generate(error: send_request(client)) }

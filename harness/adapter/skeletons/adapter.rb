# A cache behind tearproof's adapter protocol: put the calls of yours into these methods.
# tearproof adapter-test ruby adapter.rb    checks it; docs/adapters.md says the rest.
require "digest"
require "fileutils"
require "json"

ANSWERS = $stdout.dup
ANSWERS.sync = true
$stdout.reopen($stderr) # What the cache prints goes to standard error: it is no answer.

# Comes first, and again with another "dir": open the cache there and forget all else.
def init(request)
  $root = request["dir"]
  FileUtils.mkdir_p($root)
  { name: "mine", version: "1", source: File.expand_path(__FILE__),
    operations: %w[get has set delete] }
end

def path(key) # Keys are any text: "../x", "a/b", a NUL.
  File.join($root, Digest::SHA256.hexdigest(key))
end

def get(request)
  value = File.binread(path(request["key"])) # Hand out whatever comes, torn or not.
  { result: "hit", value: value.force_encoding("UTF-8").scrub { |part| part.dump[1..-2] } }
rescue Errno::ENOENT
  { result: "miss" }
end

def has(request)
  { result: File.exist?(path(request["key"])) ? "hit" : "miss" }
end

def set(request) # A cache with times to live takes request["ttl"]: seconds.
  temporary = "#{path(request['key'])}.#{Process.pid}.tmp"
  File.binwrite(temporary, request["value"])
  File.rename(temporary, path(request["key"]))
  { result: "done" }
end

def delete(request) # "refused" is by contract, and no error: there was nothing to delete.
  File.unlink(path(request["key"]))
  { result: "done" }
rescue Errno::ENOENT
  { result: "refused" }
end

OPERATIONS = %w[init get has set delete].freeze
$stdin.each_line do |line|
  request = JSON.parse(line)
  answer = { id: request["id"] }
  begin
    known = OPERATIONS.include?(request["op"])
    answer.merge!(known ? send(request["op"], request) : { unsupported: true }, ok: true)
  rescue StandardError => error # What a user of the cache would have been shown.
    answer.merge!(ok: false, error: "#{error.class}: #{error.message}".scrub)
  end
  ANSWERS.puts(JSON.generate(answer))
end

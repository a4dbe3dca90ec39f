/**
 * Stand-in for Jenkins, which cannot be installed from Debian or npm: `groovy jenkins.groovy Jenkinsfile` runs a
 * declarative pipeline with Groovy 2.4, the series that Jenkins uses. Imitated, as the sources describe:
 * - pipeline-model-definition: stages run in order, and a failed stage is the end of the build.
 * - durable-task and workflow-durable-task-step: `sh` runs a file with `sh -xe`. A non-zero exit code is the error
 *   "script returned exit code N", or the result of the step with `returnStatus`.
 * - workflow-basic-steps: `unstable` sets the result and goes on, `error` ends the build.
 * - pipeline-aws, WithAWSStep.java: the keys of a session in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 *   AWS_SESSION_TOKEN, for the whole block. No variable has the end of the session.
 * Not imitated: agents, credentials of Jenkins, time limits, the sandbox, CPS. The session of `withAWS` is made up.
 */
class Abort extends Exception {
  Abort(String message) { super(message) }
}

class Steps {
  String result = 'SUCCESS'
  Map<String, String> environment = [:]

  def script(Closure body) { run(body) }

  def echo(String message) { println message }

  def error(String message) { throw new Abort(message) }

  def unstable(String message) {
    println "WARNING: $message"
    result = 'UNSTABLE'
  }

  def sh(CharSequence script) { sh(script: script) }

  def sh(Map options) {
    File file = File.createTempFile('script', '.sh')
    file.text = options.script
    try {
      ProcessBuilder builder = new ProcessBuilder('sh', '-xe', file.path)
      builder.environment().putAll(environment)
      builder.redirectError(ProcessBuilder.Redirect.INHERIT)
      if (!options.returnStdout) builder.redirectOutput(ProcessBuilder.Redirect.INHERIT)
      System.out.flush()
      Process process = builder.start()
      String output = process.inputStream.text
      int code = process.waitFor()
      if (options.returnStatus) return code
      if (code != 0) throw new Abort("script returned exit code $code")
      return options.returnStdout ? output : null
    } finally {
      file.delete()
    }
  }

  def withAWS(Map options, Closure body) {
    if (options.duration > 3600) throw new Abort('The requested DurationSeconds exceeds the MaxSessionDuration')
    Map before = environment
    environment = environment + [
      AWS_ACCESS_KEY_ID: 'ASIAWITHAWS000000001', AWS_SECRET_ACCESS_KEY: 'example', AWS_SESSION_TOKEN: 'example'
    ]
    try {
      run(body)
    } finally {
      environment = before
    }
  }

  def run(Closure body) {
    body.delegate = this
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
  }
}

/** The sections of a declarative pipeline. A section that is not listed here is an error. */
class Sections {
  Steps steps = new Steps()
  final String any = 'any'

  def agent(label) {}

  def options(Closure body) { open(body, new Options()) }

  def environment(Closure body) { open(body, new Variables(steps: steps)) }

  def stages(Closure body) { open(body, this) }

  def stage(String name, Closure body) {
    println "[Pipeline] { ($name)"
    open(body, this)
  }

  def steps(Closure body) { steps.run(body) }

  static void open(Closure body, delegate) {
    body.delegate = delegate
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
  }
}

class Options {
  def timeout(Map limit) {}
}

class Variables {
  Steps steps

  void setProperty(String name, value) {
    if (name == 'steps') this.@steps = value
    else steps.environment[name] = value.toString()
  }
}

Sections sections = new Sections()
Binding binding = new Binding(pipeline: { Closure body -> Sections.open(body, sections) })
String result
try {
  new GroovyShell(binding).evaluate(new File(args[0]))
  result = sections.steps.result
} catch (Abort abort) {
  println "ERROR: $abort.message"
  result = 'FAILURE'
}
println "Finished: $result"
System.exit(result == 'FAILURE' ? 1 : 0)

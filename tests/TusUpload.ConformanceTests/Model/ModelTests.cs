using System.Globalization;

using CsCheck;

using TusUpload.ConformanceTests.Wire;

namespace TusUpload.ConformanceTests.Model;

/// <summary>
/// Random sequences of valid and invalid requests, with cuts, against a model of the protocol. A failure prints the seed and the shortest sequence
/// found; <c>CsCheck_Seed</c> plays it again. <c>TUSUPLOAD_MODEL_RUNS</c> sets how many there are.
/// </summary>
[Collection(typeof(OverHttp1))]
public sealed class ModelTests(Http1Server server)
{
    private const int Runs = 150;

    [Fact]
    public Task Whatever_a_client_does_the_answers_and_the_bytes_are_those_of_the_model()
    {
        var runs = int.TryParse(Environment.GetEnvironmentVariable("TUSUPLOAD_MODEL_RUNS"), CultureInfo.InvariantCulture, out var asked) ? asked : Runs;
        return StepGen.Runs.SampleAsync(
            steps => new ModelRun(server).PlayAsync(steps),
            iter: runs,
            threads: 4,
            print: steps => string.Join("\n", steps.Select(step => step.ToString())));
    }
}

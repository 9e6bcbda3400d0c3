using System.Reflection;

using Microsoft.Extensions.Logging;

namespace TusUpload.UnitTests.Architecture;

public sealed class LogEventTests
{
    private static readonly Dictionary<string, int> Thousands = new(StringComparer.Ordinal)
    {
        ["TusUpload.Protocol"] = 1,
        ["TusUpload.Uploads"] = 2,
        ["TusUpload.Pipeline"] = 3,
        ["TusUpload.Data"] = 4,
        ["TusUpload.Server"] = 5,
    };

    private static List<(string Project, string Method, int Id)> Events { get; } =
    [
        .. from project in Thousands.Keys
           from type in Assembly.Load(project).GetTypes()
           from method in type.GetMethods(
               BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (project, $"{type.Name}.{method.Name}", message.EventId),
    ];

    [Fact]
    public void Every_log_event_has_an_id_of_its_own()
    {
        Assert.NotEmpty(Events);
        Assert.Empty(Events.GroupBy(entry => entry.Id).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(entry => entry.Method))}"));
    }

    [Fact]
    public void Every_log_event_is_in_its_projects_range() =>
        Assert.Empty(Events.Where(entry => entry.Id / 1000 != Thousands[entry.Project]).Select(entry => $"{entry.Id}: {entry.Method}"));
}

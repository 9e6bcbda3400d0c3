namespace TusUpload.IntegrationTests.Harness;

/// <summary>Prepares the database that every test database is cloned from.</summary>
internal static class TemplateDatabase
{
    /// <summary>Called once per run. The connection string has no pool: a database with open connections cannot be cloned.</summary>
    public static Task PrepareAsync(string connectionString) => Task.CompletedTask;
}

using Npgsql;

namespace TusUpload.Data.Secrets;

/// <summary>Keys of cookies and forms. Whoever asks for them cannot wait: they are read once a day, and written once in three months.</summary>
public sealed class ProtectionKeys(NpgsqlDataSource database)
{
    private const string AllSql = "SELECT element FROM tus_upload.protection_keys ORDER BY created_at";

    private const string AddSql = "INSERT INTO tus_upload.protection_keys (name, element, created_at) VALUES ($1, $2, now()) ON CONFLICT (name) DO NOTHING";

    public IReadOnlyList<string> All()
    {
        using var command = database.CreateCommand(AllSql);
        var elements = new List<string>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            elements.Add(row.GetString(0));
        }

        return elements;
    }

    public void Add(string name, string element)
    {
        using var command = database.CreateCommand(AddSql);
        command.With(name).With(element);
        command.ExecuteNonQuery();
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class ContestedParts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "keeps_rows",
                schema: "tus_upload",
                table: "content_parts",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "sent_parts",
                schema: "tus_upload",
                table: "content_multiparts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // What was begun before nobody noted.
            migrationBuilder.Sql("UPDATE tus_upload.content_multiparts SET sent_parts = 10000;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "keeps_rows",
                schema: "tus_upload",
                table: "content_parts");

            migrationBuilder.DropColumn(
                name: "sent_parts",
                schema: "tus_upload",
                table: "content_multiparts");
        }
    }
}
